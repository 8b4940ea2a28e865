package catalog

// Codec is a way to code voice.
type Codec struct {
	Name string `yaml:"name"`
	// PayloadBitsPerSecond is the voice alone; nil for a codec without a fixed rate.
	PayloadBitsPerSecond *float64 `yaml:"payload_bits_per_second"`
	FrameMS              int      `yaml:"frame_ms"` // packets hold whole frames
	MSSfB                *MSSfB   `yaml:"ms_sfb"`   // nil where Microsoft's table has no row
}

// MSSfB is a row of Microsoft's bandwidth tables in kbit/s. Nil means that the table has no figure.
type MSSfB struct {
	IP         float64  `yaml:"ip"`
	SRTP       float64  `yaml:"srtp"`
	FEC        float64  `yaml:"fec"`
	Typical    *float64 `yaml:"typical"`
	Maximum    *float64 `yaml:"maximum"`
	MaximumFEC *float64 `yaml:"maximum_fec"`
	CAC        *float64 `yaml:"cac"`
	CACFEC     *float64 `yaml:"cac_fec"`
}

var codecs = read[struct {
	Dated  string  `yaml:"dated"`
	Source string  `yaml:"source"`
	Codecs []Codec `yaml:"codecs"`
}]("codecs.yaml", &codecsFile)

// FindCodec returns the codec of that name.
func FindCodec(name string) (Codec, bool) {
	for _, c := range codecs().Codecs {
		if c.Name == name {
			return c, true
		}
	}
	return Codec{}, false
}

// CodecNames returns the names of all codecs.
func CodecNames() []string {
	var names []string
	for _, c := range codecs().Codecs {
		names = append(names, c.Name)
	}
	return names
}
