package sip

// maxCause is the largest cause of ITU-T Q.850, which has seven bits.
const maxCause = 127

// Q850Cause returns the Q.850 cause of the values of a Reason header (RFC 3326), such as
//
//	SIP;cause=503;text="busy, sorry", Q.850 ; cause=34
//
// and false when no value names one from 1 to 127. It reads any case and spacing, and the name
// without its dot, which some gateways send.
func Q850Cause(reason []byte) (cause int, known bool) {
	for more := len(reason) > 0; more; {
		var value []byte
		value, reason, more = cutOutside(reason, ',')
		protocol, params := splitParameters(value)
		if !equalFold(protocol, "Q.850") && !equalFold(protocol, "Q850") {
			continue
		}
		if n, ok := number(parameter(params, "cause"), maxCause); ok && n > 0 {
			return int(n), true
		}
	}
	return 0, false
}
