// Package iotsql compiles IoT SQL, the language of topic rules, to Go closures.
//
// Compile turns a statement into a Statement, whose Evaluate runs SET, WHERE and
// SELECT over one message; Statement.Template compiles the substitution templates
// of the rule's actions. A message comes as an Input, which decodes its payload
// once however many rules read it:
//
//	stmt, err := iotsql.Compile("SELECT temp FROM 'dt/#' WHERE temp > 20", iotsql.V2016)
//	in := iotsql.NewInput(iotsql.Message{Topic: "dt/1", Payload: payload}, env)
//	res, err := stmt.Evaluate(ctx, in)
//
// The package reads no clock and makes no randomness: instants, identifiers and
// random numbers come in with the Input. A Statement and a Template are immutable
// and may be used at once; so may an Input. docs/adr/0006-iot-sql.md says why the
// language has a compiler of its own. Source: AWS IoT developer guide, "AWS IoT
// SQL reference".
package iotsql

import "tidemark/fault"

// Version is a version of the language.
type Version string

// The versions. The default, where a rule names none, is V2015.
const (
	V2015 Version = "2015-10-08"
	V2016 Version = "2016-03-23"
	Beta  Version = "beta" // behaves as V2016
)

// ParseVersion reads a rule's awsIotSqlVersion; empty text is the default. Other
// text is fault.Invalid.
func ParseVersion(text string) (Version, error) {
	switch v := Version(text); v {
	case "":
		return V2015, nil
	case V2015, V2016, Beta:
		return v, nil
	default:
		return "", fault.New(fault.Invalid, "awsIotSqlVersion %q is not one of %s, %s, %s", text, V2015, V2016, Beta)
	}
}

// modern reports whether v has what 2016-03-23 added.
func (v Version) modern() bool { return v != V2015 }

// Limits of the language.
const (
	maxNesting       = 100       // expressions inside one another
	maxVariables     = 10        // of one SET clause
	maxVariableName  = 64        // bytes
	maxVariableBytes = 128 << 10 // of each variable, and of all together, as JSON
	maxText          = 1 << 20   // bytes of one computed string or array; larger is an EvalError
	maxWork          = 32 << 20  // units an evaluation may spend; see scope.spend
)
