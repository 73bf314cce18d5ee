package duckgen

// Prelude returns the statements that must have run on a connection before a
// program does: macros that the emitted text calls. They may run again. The
// functions of package native must be registered before them.
func Prelude() []string {
	var out []string
	for _, group := range [][]string{numberMacros, textMacros, compareMacros, arrayMacros, mathMacros, aggregateMacros} {
		for _, m := range group {
			out = append(out, "CREATE OR REPLACE TEMP MACRO "+m)
		}
	}
	return out
}

// A macro uses only those before it. Lambda parameters in them have names without
// digits at the end: the emitter's own are x<identity>.
