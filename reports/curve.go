package reports

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/sipplan/sipplan/planner"
)

// This file is the only one that knows the plot library.

// CurveFormat returns the form of a drawing by the name of its file: svg or png.
func CurveFormat(file string) (string, error) {
	switch format := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), "."); format {
	case "svg", "png":
		return format, nil
	}
	return "", fmt.Errorf("must be a file that ends in .svg or .png, got %q", file)
}

// WriteCurve draws the answer of a table of a formula over its parameter. The format is svg or png.
func WriteCurve(w io.Writer, t planner.FormulaTable, format string) error {
	p := plot.New()
	p.Title.Text = t.Title
	p.X.Label.Text, p.Y.Label.Text = t.Parameter, strings.ReplaceAll(t.Answer(), "_", " ")
	points := make(plotter.XYs, 0, len(t.Rows))
	for _, row := range t.Rows {
		points = append(points, plotter.XY{X: row.At, Y: row.Figures[0].Value})
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Width = vg.Points(1.5)
	p.Add(plotter.NewGrid(), line)
	drawn, err := p.WriterTo(18*vg.Centimeter, 11*vg.Centimeter, format)
	if err != nil {
		return err
	}
	_, err = drawn.WriteTo(w)
	return err
}
