package sip

import (
	"context"
	"maps"
	"time"
)

// LocationCache asks DNS again when what it said has run out, for runs whose targets move. A run that
// pins its targets calls Locator.Locate once instead and keeps the Location. It belongs to one goroutine.
type LocationCache struct {
	locator *Locator
	now     func() time.Duration
	entries map[Place]cached
}

type cached struct {
	location *Location
	err      error
	until    time.Duration
}

// The times for which answers are kept.
const (
	// LeastTTL keeps a TTL of 0 from costing a question for each call.
	LeastTTL = time.Second
	// MostTTL is that of RFC 8767, 4.
	MostTTL = 7 * 24 * time.Hour
	// failureTTL is the time after which a failure is asked again (RFC 2308, 7: at most five minutes).
	failureTTL = 5 * time.Second
	// mostPlaces is the number of places that are remembered.
	mostPlaces = 1024
)

// NewLocationCache returns an empty cache. now is the time on any clock that does not go back.
func NewLocationCache(locator *Locator, now func() time.Duration) *LocationCache {
	return &LocationCache{locator: locator, now: now, entries: map[Place]cached{}}
}

// Locate returns the location of a place, from DNS if it is not known or not any more. A failure is
// remembered too, for five seconds; a caller that has a location from before goes on with that.
func (c *LocationCache) Locate(ctx context.Context, p Place) (*Location, error) {
	if entry, ok := c.entries[p]; ok && c.now() < entry.until {
		return entry.location, entry.err
	}
	location, err := c.locator.Locate(ctx, p)
	if ctx.Err() != nil {
		return location, err // says nothing about the place
	}
	keep := failureTTL
	if err == nil {
		keep = min(max(location.TTL, LeastTTL), MostTTL)
	}
	c.makeRoom()
	c.entries[p] = cached{location: location, err: err, until: c.now() + keep}
	return location, err
}

// makeRoom forgets places when there are too many: those that have run out, or all.
func (c *LocationCache) makeRoom() {
	if len(c.entries) < mostPlaces {
		return
	}
	now := c.now()
	maps.DeleteFunc(c.entries, func(_ Place, entry cached) bool { return now >= entry.until })
	if len(c.entries) >= mostPlaces {
		clear(c.entries)
	}
}
