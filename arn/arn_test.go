package arn

import (
	"testing"

	"tidemark/fault"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]ARN{
		"arn:aws:timestream:us-east-1:000000000000:database/d/table/t": New("timestream", "us-east-1", "000000000000", "database/d/table/t"),
		"arn:aws-cn:iam::1:role/service-role/r":                        {"aws-cn", "iam", "", "1", "role/service-role/r"},
		"arn:aws:sns:eu-west-1:1:a:b:c":                                {"aws", "sns", "eu-west-1", "1", "a:b:c"},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v, want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("Parse(%q) prints as %q", text, got)
		}
	}
	for _, text := range []string{"", "arn", "arn:aws:timestream:us-east-1:0", "arn::iam::1:r", "arn:aws:::1:r", "arn:aws:iam::1:", "urn:aws:iam::1:r"} {
		if got, err := Parse(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Parse(%q) = %+v, %v, want an Invalid fault", text, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("arn:aws:timestream:us-east-1:000000000000:database/d")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := Parse(text); err == nil && a.String() != text {
			t.Errorf("Parse(%q) prints as %q", text, a)
		}
	})
}
