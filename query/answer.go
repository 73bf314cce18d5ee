package query

import (
	"context"

	"tidemark/fault"
	"tidemark/sql/duckgen"
)

// answered reports a statement that DuckDB has no part in and that is not charged for.
func answered(prog *duckgen.Program) bool {
	return prog.Meta != nil || prog.Explain != nil || prog.Unload != nil
}

// answer returns the rows of such a statement.
func (e *Engine) answer(ctx context.Context, prog *duckgen.Program) ([][]any, error) {
	switch {
	case prog.Explain != nil:
		return explanation(prog)
	case prog.Unload != nil:
		return nil, fault.New(fault.Invalid, "line 1:1: UNLOAD is not supported: no bucket is configured to take its files")
	}
	return e.metadata(ctx, *prog.Meta)
}

// explanation is a row for each line.
func explanation(prog *duckgen.Program) ([][]any, error) {
	lines, err := prog.Explanation()
	if err != nil {
		return nil, err
	}
	rows := make([][]any, len(lines))
	for i, line := range lines {
		rows[i] = []any{line}
	}
	return rows, nil
}
