package quality

import "time"

// Gmin is how many packets in a row must be received for a burst of losses to be over (RFC 3611 section 4.7.2, its
// recommended value).
const Gmin = 16

// Losses follows which packets of a stream were played and which were not, in the order of their numbers, and tells
// how the losses come. Its zero value is ready. It costs a few operations a packet and allocates nothing.
type Losses struct {
	played, lost uint64
	run          uint64 // packets played since the last loss, or since the beginning
	lostBefore   bool   // whether the last packet was lost

	began, ended uint64 // played then lost; lost then played

	cluster           cluster
	bursts            uint64
	inBursts, ofBurst uint64 // packets of bursts, and the losses among them
}

// cluster are losses with fewer than Gmin played packets between any two: a burst, or a single loss of a gap.
type cluster struct{ packets, lost uint64 }

// Played takes the next packet as one that was played.
func (l *Losses) Played() {
	if l.lostBefore {
		l.ended++
		l.lostBefore = false
	}
	l.played++
	l.run++
}

// Lost takes the next packet as one that was lost, or discarded because it came too late.
func (l *Losses) Lost() {
	if !l.lostBefore && l.played > 0 {
		l.began++
	}
	if l.run >= Gmin {
		l.close()
	}
	if l.cluster.lost > 0 {
		l.cluster.packets += l.run
	}
	l.cluster.packets++
	l.cluster.lost++
	l.lost++
	l.run, l.lostBefore = 0, true
}

// close counts the cluster at hand, if it is a burst.
func (l *Losses) close() {
	if l.cluster.lost > 1 {
		l.bursts++
		l.inBursts += l.cluster.packets
		l.ofBurst += l.cluster.lost
	}
	l.cluster = cluster{}
}

// Share returns the share of the packets that were not played, 0 without packets.
func (l *Losses) Share() float64 {
	if l.played+l.lost == 0 {
		return 0
	}
	return float64(l.lost) / float64(l.played+l.lost)
}

// Gilbert returns the two transition probabilities of the Markov chain that fits the losses,
//
//	p = P(lost | the one before played),  q = P(played | the one before lost)
//
// each 0 where nothing was observed.
func (l *Losses) Gilbert() (p, q float64) {
	fromPlayed, fromLost := l.played, l.lost
	switch {
	case l.lostBefore && fromLost > 0: // the last packet has no successor
		fromLost--
	case fromPlayed > 0:
		fromPlayed--
	}
	if fromPlayed > 0 {
		p = float64(l.began) / float64(fromPlayed)
	}
	if fromLost > 0 {
		q = float64(l.ended) / float64(fromLost)
	}
	return p, q
}

// BurstR returns the burst ratio of G.107: the mean length of the runs of losses by that of random losses, 1/(p+q) of
// the Gilbert model, at least 1. It is 1 where too little was lost to tell.
func (l *Losses) BurstR() float64 {
	p, q := l.Gilbert()
	if p+q == 0 {
		return 1
	}
	return max(1, 1/(p+q))
}

// Bursts is how the losses of a stream come, as RFC 3611 section 4.7.2 reports it.
type Bursts struct {
	Bursts        uint64
	BurstDensity  float64       // share lost within bursts, from 0 to 1
	GapDensity    float64       // share lost outside of them
	BurstDuration time.Duration // mean length of the bursts
	GapDuration   time.Duration // mean length of what lies between, before and after them
}

// Bursts returns how the losses come when each packet carries packetTime of audio. A burst begins and ends with a
// loss, holds two losses or more, and nowhere Gmin played packets in a row; all else is gap.
func (l *Losses) Bursts(packetTime time.Duration) Bursts {
	c := *l
	c.close()
	b := Bursts{Bursts: c.bursts}
	gap, lostInGap := c.played+c.lost-c.inBursts, c.lost-c.ofBurst
	if gap > 0 {
		b.GapDensity = float64(lostInGap) / float64(gap)
	}
	b.GapDuration = packetTime * time.Duration(gap) / time.Duration(c.bursts+1)
	if c.bursts > 0 {
		b.BurstDensity = float64(c.ofBurst) / float64(c.inBursts)
		b.BurstDuration = packetTime * time.Duration(c.inBursts) / time.Duration(c.bursts)
	}
	return b
}
