package reports

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"

	"github.com/sipplan/sipplan/planner/design"
)

//go:embed plan.html
var planTemplate string

var planHTML = template.Must(template.New("plan").Parse(planTemplate))

// WritePlanHTML writes a plan that was worked out as one page that needs nothing else: no script, no font, no network.
func WritePlanHTML(w io.Writer, d *design.Design) error {
	document := Plan(d, true)
	title := d.Plan.Name
	if title == "" {
		title = "Plan"
	}
	var page bytes.Buffer
	err := planHTML.Execute(&page, map[string]any{
		"Title": title, "Document": document, "Topology": newTopology(d), "Ports": portBars(d), "Cliff": cliffBars(d), "Fails": failureBars(d),
	})
	if err != nil {
		return err
	}
	_, err = w.Write(page.Bytes())
	return err
}
