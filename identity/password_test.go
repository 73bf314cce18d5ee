package identity

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func hashOf(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

func TestPasswords(t *testing.T) {
	p, err := ReadPasswords(strings.NewReader("# plant\n\nann:" + hashOf(t, "tide") + "\nbob:" + hashOf(t, "mark") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, password string
		want           bool
	}{
		{"ann", "tide", true}, {"ann", "tide", true}, // the second time from memory
		{"ann", "mark", false}, {"ann", "", false}, {"bob", "mark", true}, {"bob", "tide", false},
		{"eve", "tide", false}, {"", "", false}, {"# plant", "", false},
	} {
		if got := p.Verify(c.user, []byte(c.password)); got != c.want {
			t.Errorf("Verify(%q, %q) = %v, want %v", c.user, c.password, got, c.want)
		}
	}
}

func TestPasswordFileRefusals(t *testing.T) {
	good := hashOf(t, "tide")
	for text, says := range map[string]string{
		"ann":                           "line 1: want user:bcrypt",
		"\n:" + good:                    "line 2: want user:bcrypt",
		"ann:tide":                      `user "ann": not a bcrypt hash`,
		"ann:" + good + "\nann:" + good: `line 2: user "ann": there already`,
	} {
		_, err := ReadPasswords(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ReadPasswords(%q) says %v, want %q in it", text, err, says)
		}
	}
}
