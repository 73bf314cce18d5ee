package builtin

// fold1 folds by a function of one argument in its Go form.
func fold1[A, R any](f func(A) (R, error)) func([]any) (any, error) {
	return func(args []any) (any, error) { return f(args[0].(A)) }
}

func fold2[A, B, R any](f func(A, B) (R, error)) func([]any) (any, error) {
	return func(args []any) (any, error) { return f(args[0].(A), args[1].(B)) }
}

// sure1 folds by a function that has no error.
func sure1[A, R any](f func(A) R) func([]any) (any, error) {
	return func(args []any) (any, error) { return f(args[0].(A)), nil }
}

func sure2[A, B, R any](f func(A, B) R) func([]any) (any, error) {
	return func(args []any) (any, error) { return f(args[0].(A), args[1].(B)), nil }
}

// print1 folds by what appends one value's text.
func print1[A any](f func([]byte, A) []byte) func([]any) (any, error) {
	return func(args []any) (any, error) { return string(f(nil, args[0].(A))), nil }
}
