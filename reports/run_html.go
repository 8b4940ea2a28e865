package reports

import "io"

// WriteHTML writes the run as a page with the blocking of a tested promise as a chart.
func (r *Run) WriteHTML(w io.Writer) error {
	title := "sipplan " + r.Command
	if a := r.Acceptance; a != nil {
		c := newBlockingChart(1.1 * max(largest(a.Live.High, a.Live.Blocking), a.Promise.Tolerated))
		if a.Formula != nil {
			c.add("formula", "formula", &a.Formula.Blocking, nil, nil)
		}
		c.add("live", "live", a.Live.Blocking, a.Live.Low, a.Live.High)
		c.group(0, a.Promise.Blocking)
		return writePage(w, blockingPage, page{title, r.Document(), c})
	}
	return writePage(w, blockingPage, page{title, r.Document(), nil})
}
