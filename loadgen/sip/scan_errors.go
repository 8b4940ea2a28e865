package sip

// What Scan finds wrong.
var (
	errStatusLine     = &MalformedError{400, "status line is not SIP/2.0 with a code from 100 to 699"}
	errRequestLine    = &MalformedError{400, "first line is neither a request nor a status line"}
	errVersion        = &MalformedError{505, "version is not SIP/2.0"}
	errRequestURI     = &MalformedError{400, "Request-URI empty, bracketed or with spaces"}
	errNoEmptyLine    = &MalformedError{400, "no empty line after the headers"}
	errTooManyLines   = &MalformedError{400, "too many header lines"}
	errNoColon        = &MalformedError{400, "header line without a colon"}
	errBareReturn     = &MalformedError{400, "carriage return within a header line"}
	errNoVia          = &MalformedError{400, "Via missing"}
	errNoFrom         = &MalformedError{400, "From missing"}
	errNoTo           = &MalformedError{400, "To missing"}
	errNoCallID       = &MalformedError{400, "Call-ID missing"}
	errNoCSeq         = &MalformedError{400, "CSeq missing"}
	errTwoFroms       = &MalformedError{400, "From more than once"}
	errTwoTos         = &MalformedError{400, "To more than once"}
	errTwoCallIDs     = &MalformedError{400, "Call-ID more than once"}
	errTwoCSeqs       = &MalformedError{400, "CSeq more than once"}
	errTwoLengths     = &MalformedError{400, "Content-Length more than once, with different values"}
	errEmptyVia       = &MalformedError{400, "empty Via value"}
	errEmptyValue     = &MalformedError{400, "mandatory header field without a value"}
	errVia            = &MalformedError{400, "topmost Via without protocol, transport or sender"}
	errTooManyVias    = &MalformedError{400, "too many Via values"}
	errTooManyRoutes  = &MalformedError{400, "too many Record-Route values"}
	errAddress        = &MalformedError{400, "From, To or Contact without a URI, or with a quote or bracket that does not end"}
	errCSeq           = &MalformedError{400, "CSeq is not a number below 2^31 and a method"}
	errMethodMismatch = &MalformedError{400, "CSeq method differs from the request's"}
	errContentLength  = &MalformedError{400, "Content-Length is not a number"}
	errShortBody      = &MalformedError{400, "body shorter than Content-Length"}
)
