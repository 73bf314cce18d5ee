package analyzer

import "testing"

func TestSuggestion(t *testing.T) {
	known := []string{"temperature", "humidity", "cpu", "measure_value::double", "x"}
	for _, c := range []struct{ name, want string }{
		{"temprature", ". Did you mean 'temperature'?"},
		{"Temperature", ". Did you mean 'temperature'?"},
		{"humdiity", ". Did you mean 'humidity'?"},
		{"cpuu", ". Did you mean 'cpu'?"}, {"pcu", ". Did you mean 'cpu'?"}, {"CPU", ". Did you mean 'cpu'?"},
		{"measure_value::doubel", ". Did you mean 'measure_value::double'?"},
		{"X", ". Did you mean 'x'?"},
		{"y", ""}, {"gpx", ""}, {"vehicleName", ""}, {"", ""},
	} {
		if got := suggestion("", c.name, "", known); got != c.want {
			t.Errorf("suggestion(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got, want := suggestion("h.", "cpuu", "", known), ". Did you mean 'h.cpu'?"; got != want {
		t.Errorf("suggestion(h.cpuu) = %q, want %q", got, want)
	}
}
