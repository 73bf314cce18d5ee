package query

import (
	"context"

	"tidemark/sql/duckgen"
)

// answered reports a statement that DuckDB has no part in and that is not charged for.
func answered(prog *duckgen.Program) bool {
	return prog.Meta != nil || prog.Explain != nil
}

// answer returns the rows of such a statement.
func (e *Engine) answer(ctx context.Context, prog *duckgen.Program) ([][]any, error) {
	if prog.Explain != nil {
		return explanation(prog)
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
