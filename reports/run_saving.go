package reports

import "fmt"

// Saving says which calls of a run were saved to be looked at.
type Saving struct {
	Dir    string      `json:"dir"`
	Failed uint64      `json:"failed_calls"` // that could have been saved, warm-up included
	Calls  []SavedCall `json:"calls"`
}

// SavedCall is one of them: its files are in the folder.
type SavedCall struct {
	CallID string `json:"call_id"`
	Why    string `json:"why"`
	Failed bool   `json:"failed"`
	Pcap   string `json:"pcap"`
	Ladder string `json:"ladder"`
}

// printable returns the saving without control characters that a far end may have sent.
func (s *Saving) printable() *Saving {
	if s == nil {
		return nil
	}
	clean := *s
	clean.Calls = make([]SavedCall, len(s.Calls))
	for i, c := range s.Calls {
		c.CallID = printable(c.CallID)
		clean.Calls[i] = c
	}
	return &clean
}

// sentence says where the saved calls are; nothing if none was asked for.
func (s *Saving) sentence() string {
	if s == nil {
		return ""
	}
	failed := 0
	for _, c := range s.Calls {
		if c.Failed {
			failed++
		}
	}
	if len(s.Calls) == 0 {
		return fmt.Sprintf("No call was saved: %s failed.", count(s.Failed))
	}
	return fmt.Sprintf("Saved in %s, each as pcap and message ladder: %s of %s failed calls, and %s that sounded worst.",
		s.Dir, count(failed), count(s.Failed), plural(len(s.Calls)-failed, "call"))
}
