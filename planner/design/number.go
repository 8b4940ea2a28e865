package design

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
)

// NumberCount is the direct inward dialling numbers of a site.
type NumberCount struct {
	Site    int
	Numbers int
	Users   int
	Foreign int // numbers that do not begin with the calling code of the country
	Reason  string
}

// numbers counts what each site has.
func (d *Design) numbers() {
	counts := map[string]*NumberCount{}
	for i, s := range d.Sites {
		counts[s.Name] = &NumberCount{Site: i, Users: s.Load.Users}
	}
	for _, n := range d.Plan.Numbers {
		c := counts[n.Site]
		c.Numbers += n.Count()
		country, _ := catalog.FindCountry(d.Sites[c.Site].Country)
		if !strings.HasPrefix(string(n.First), "+"+country.CallingCode) {
			c.Foreign += n.Count()
		}
	}
	for i, s := range d.Sites {
		c := counts[s.Name]
		if c.Site != i || len(d.Plan.Numbers) == 0 {
			continue
		}
		c.Reason = "every user can be dialled directly"
		switch {
		case c.Foreign > 0:
			c.Reason = fmt.Sprintf("%d numbers do not belong to %s", c.Foreign, s.Country)
		case c.Numbers < c.Users:
			c.Reason = fmt.Sprintf("%d users have no number of their own: order more, or share an attendant's", c.Users-c.Numbers)
		}
		d.Numbers = append(d.Numbers, *c)
	}
}
