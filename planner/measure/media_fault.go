package measure

// MediaFault is something that was wrong with the audio of a call. A call may have several.
type MediaFault uint8

// The faults of a call's audio, as far as this side can tell.
const (
	NoDescription   MediaFault = iota // answered, but no media was agreed on where it was offered
	HeardNothing                      // no packet came where some were promised
	NotHeard                          // the far end reports that it received nothing of ours
	StreamStopped                     // the stream ended more than a second before the call did
	Interrupted                       // nothing came for more than a second, then the stream went on
	Restarted                         // the far end began a new source or another sequence
	Moved                             // its packets came from another port or host than it announced
	WrongPace                         // its media clock and the time disagree
	OtherPacketTime                   // packets carry another time of audio than was agreed on
	OtherPayload                      // packets of a payload type that was not agreed on
	SilentAudio                       // packets came, and all were silence
	OtherAudio                        // packets came, and the reference signal was not in them
	SwappedAudio                      // the reference signal of another call came
	OwnEcho                           // our own signal came back
	NotAuthentic                      // SRTP came that the keys of the descriptions do not open
	PortRefused                       // ICMP said for a second or more that nothing listens where we send to

	NumMediaFaults = int(PortRefused) + 1
)

var faultNames = [NumMediaFaults]string{
	"no_description", "heard_nothing", "not_heard", "stopped", "interrupted", "restarted", "moved", "wrong_pace",
	"other_packet_time", "other_payload", "silent_audio", "other_audio", "swapped_audio", "own_echo", "not_authentic",
	"port_refused",
}

// String returns the name of the fault as reports and JSON write it.
func (f MediaFault) String() string { return name(faultNames[:], int(f)) }

// MediaFaults is a set of faults. The zero value is empty.
type MediaFaults uint32

// Add puts a fault into the set if it applies.
func (s *MediaFaults) Add(f MediaFault, applies bool) {
	if applies {
		*s |= 1 << f
	}
}

// Has reports whether the set holds a fault.
func (s MediaFaults) Has(f MediaFault) bool { return s>>f&1 == 1 }

// oneWay are the faults that say that audio did not flow both ways.
const oneWay MediaFaults = 1<<NoDescription | 1<<HeardNothing | 1<<NotHeard

// OneWay reports whether audio did not flow in one of the directions, or in neither.
func (s MediaFaults) OneWay() bool { return s&oneWay != 0 }

// Names returns the names of the faults in the set.
func (s MediaFaults) Names() []string {
	names := []string{}
	for f := range MediaFault(NumMediaFaults) {
		if s.Has(f) {
			names = append(names, f.String())
		}
	}
	return names
}
