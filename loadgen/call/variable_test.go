package call

import (
	"bytes"
	"testing"
	"time"
)

// What a peer's message puts into a variable adds no header to the message that shows it.
func TestVariablesBringNoLineBreaks(t *testing.T) {
	l := flowLab(t, "- invite\n- info:\n    Content-Type: text/plain\n    body: \"1\\r\\nX-Evil: yes\"\n- bye\n",
		"- answer\n- expect INFO:\n    set: {all: \"body matches .*\"}\n- bye:\n    X-Echo: \"{{ all }}\"\n", nil)
	var bye packet
	l.catchNext("<- BYE", &bye)
	l.place(time.Second)
	l.runUntil(time.Minute)
	l.closed()
	if bytes.Contains(bye.data, []byte("\nX-Evil")) || !bytes.Contains(bye.data, []byte("X-Echo: 1  X-Evil: yes")) {
		t.Errorf("the BYE shows\n%s", bye.data)
	}
}
