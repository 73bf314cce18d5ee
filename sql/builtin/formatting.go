package builtin

import "tidemark/sql/calendar"

// formatting (developer guide, "Date / time functions", formatting and parsing).
var formatting = []entry{
	{Sig: "date_format(timestamp, varchar) varchar", SQL: "tm_date_format({1}, {2})", Fold: foldFormat(calendar.MySQL), Check: checkPattern(calendar.MySQL), Doc: "The timestamp by MySQL specifiers such as %Y-%m-%d."},
	{Sig: "date_parse(varchar, varchar) timestamp", SQL: "tm_date_parse({1}, {2})", Fold: foldParse(calendar.MySQL), Check: checkPattern(calendar.MySQL), Doc: "The timestamp that a text gives by MySQL specifiers; a text that does not match is an error."},
	{Sig: "format_datetime(timestamp, varchar) varchar", SQL: "tm_format_datetime({1}, {2})", Fold: foldFormat(calendar.Joda), Check: checkPattern(calendar.Joda), Doc: "The timestamp by a Joda-Time pattern such as yyyy-MM-dd."},
	{Sig: "parse_datetime(varchar, varchar) timestamp", SQL: "tm_parse_datetime({1}, {2})", Fold: foldParse(calendar.Joda), Check: checkPattern(calendar.Joda), Doc: "The instant that a text gives by a Joda-Time pattern; a zone in it is applied."},
}

// compilePattern makes one kind of pattern.
type compilePattern func(text string) (*calendar.Pattern, error)

func foldFormat(compile compilePattern) func([]any) (any, error) {
	return func(args []any) (any, error) {
		p, err := compile(args[1].(string))
		if err != nil {
			return nil, err
		}
		return p.Format(args[0].(int64)), nil
	}
}

func foldParse(compile compilePattern) func([]any) (any, error) {
	return func(args []any) (any, error) {
		p, err := compile(args[1].(string))
		if err != nil {
			return nil, err
		}
		return p.Parse(args[0].(string))
	}
}

// checkPattern looks at a constant pattern.
func checkPattern(compile compilePattern) func(arg int, value any) error {
	return func(arg int, value any) error {
		if arg == 0 {
			return nil
		}
		_, err := compile(value.(string))
		return err
	}
}
