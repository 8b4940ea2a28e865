//go:build !race

package testbed

// RaceDetector says whether the race detector watches. It makes a sync.Pool forget some of what it is given, so that code
// which allocates nothing by means of one allocates then.
const RaceDetector = false
