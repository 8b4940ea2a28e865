package erlang

// Hayward returns the share of a stream that is lost on servers circuits, as if its calls came z at a time and each
// occupied z circuits, where z is the peakedness:
//
//	B(servers/z, M/z)
//
// It serves for smooth traffic too, and is poor for a handful of circuits: 24 % instead of 31 % for a mean of 2, a
// variance of 5 and 4 circuits.
// Domain: servers from 0 to [MaxSize], mean and variance above 0, servers/z and M/z at most MaxSize; else an error that
// wraps [ErrDomain].
//
// Fredericks, Bell System Technical Journal 59 (1980).
func Hayward(stream Stream, servers float64) (float64, error) {
	if err := firstError(stream.check(), checkCircuits(servers)); err != nil {
		return 0, err
	}
	z := stream.Peakedness()
	return B(servers/z, stream.Mean/z)
}
