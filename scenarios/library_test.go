package scenarios

import "testing"

func TestLibraryCompiles(t *testing.T) {
	for _, name := range Names() {
		programs, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		program := programs[0]
		if last := program.Steps[len(program.Steps)-1]; last.Op != End {
			t.Errorf("%s: the last step is %v, not an end: a call would run off the program", name, last.Op)
		}
		for i, step := range program.Steps {
			for _, arm := range step.Arms {
				if !arm.Stay && (arm.Next <= 0 || arm.Next >= len(program.Steps)) {
					t.Errorf("%s: step %d leads to step %d of %d", name, i, arm.Next, len(program.Steps))
				}
			}
		}
	}
}
