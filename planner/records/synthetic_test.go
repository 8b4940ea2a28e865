package records

import (
	"bytes"
	"container/heap"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
)

// synthetic makes the records of Poisson calls in the order in which they end, as a switch writes them: an infinite
// group, whose traffic is known.
type synthetic struct {
	from     time.Time
	duration time.Duration
	erlangs  func(time.Time) float64 // offered; nil is Erlangs
	most     float64                 // the highest offered
	holding  traffic.Duration
	ring     traffic.Duration
	answered float64
	seed     uint64
}

// made is a call of a synthetic system.
type made struct {
	start, answer, end time.Time
	answered           bool
	number             int
}

type ending []made

func (e ending) Len() int           { return len(e) }
func (e ending) Less(i, j int) bool { return e[i].end.Before(e[j].end) }
func (e ending) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ending) Push(x any)        { *e = append(*e, x.(made)) }
func (e *ending) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// calls gives the calls to a function.
func (s synthetic) calls(give func(made)) {
	random := rand.New(rand.NewPCG(s.seed, 7))
	held := s.holding.Mean + s.ring.Mean
	gap := float64(held) / s.most
	var open ending
	for number, at := 0, s.from; ; number++ {
		at = at.Add(time.Duration(random.ExpFloat64() * gap))
		if at.Sub(s.from) > s.duration {
			break
		}
		for len(open) > 0 && open[0].end.Before(at) {
			give(heap.Pop(&open).(made))
		}
		if s.erlangs != nil && random.Float64()*s.most > s.erlangs(at) { // thinning
			continue
		}
		m := made{start: at, number: number, answered: random.Float64() < s.answered}
		m.answer = at.Add(s.ring.Draw(random))
		m.end = m.answer
		if m.answered {
			m.end = m.answer.Add(s.holding.Draw(random))
		}
		heap.Push(&open, m)
	}
	for len(open) > 0 {
		give(heap.Pop(&open).(made))
	}
}

const clockFace = "2006-01-02 15:04:05"

// asterisk writes the calls as Master.csv.
func (s synthetic) asterisk() []byte {
	var text bytes.Buffer
	s.calls(func(m made) {
		answer, disposition, billed := "", "NO ANSWER", 0
		if m.answered {
			answer, disposition, billed = m.answer.Format(clockFace), "ANSWERED", int(m.end.Sub(m.answer).Seconds())
		}
		fmt.Fprintf(&text, "\"\",\"%d\",\"%d\",\"from-internal\",\"\"\"Alice\"\" <%d>\",\"PJSIP/%d-%08x\",\"PJSIP/carrier-%08x\",\"Dial\",\"PJSIP/%d@carrier\",\"%s\",\"%s\",\"%s\",%d,%d,\"%s\",\"DOCUMENTATION\"\n",
			1000+m.number%500, 5550000+m.number%9000, m.number, m.number%500, m.number, m.number+1, m.number,
			m.start.Format(clockFace), answer, m.end.Format(clockFace), int(m.end.Sub(m.start).Seconds()), billed, disposition)
	})
	return text.Bytes()
}

// stream writes rows of Asterisk without end or allocation: so many calls a second, of 180 s each.
type stream struct {
	rows, perSecond int
	written         int
	at              time.Time
	rest, line      []byte
}

func (s *stream) Read(to []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.written == s.rows {
			return 0, io.EOF
		}
		s.rest = s.row()
	}
	n := copy(to, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// row writes a row. Its durations vary, so that ends are in order and beginnings are not.
func (s *stream) row() []byte {
	n := s.written
	s.written++
	end := s.at.Add(time.Duration(n/s.perSecond) * time.Second)
	ring, talk := n%23, (n*7919)%600
	answer := end.Add(-time.Duration(talk) * time.Second)
	start := answer.Add(-time.Duration(ring) * time.Second)
	b := append(s.line[:0], `"","`...)
	b = strconv.AppendInt(b, int64(1000+n%500), 10)
	b = append(b, `","0205550100","from-internal","""Alice"" <1001>","PJSIP/1001-0000001a","PJSIP/carrier`...)
	b = strconv.AppendInt(b, int64(n%4), 10)
	b = append(b, `-0000001b","Dial","PJSIP/0205550100@carrier","`...)
	b = start.AppendFormat(b, clockFace)
	b = append(b, `","`...)
	b = answer.AppendFormat(b, clockFace)
	b = append(b, `","`...)
	b = end.AppendFormat(b, clockFace)
	b = append(b, `",`...)
	b = strconv.AppendInt(b, int64(ring+talk), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(talk), 10)
	b = append(b, `,"ANSWERED","DOCUMENTATION","1772442901.26",""`...)
	s.line = append(b, '\n')
	return s.line
}
