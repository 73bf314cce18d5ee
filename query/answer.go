package query

import (
	"context"
	"fmt"

	"tidemark/sql/duckgen"
	"tidemark/sql/plan"
)

// answered reports a statement that DuckDB has no part in and that is not charged for.
func answered(prog *duckgen.Program) bool {
	return prog.Meta != nil || prog.Explain != nil
}

// answer returns the rows of such a statement.
func (e *Engine) answer(ctx context.Context, prog *duckgen.Program, v *view) ([][]any, error) {
	if prog.Explain != nil {
		return explanation(ctx, prog, v)
	}
	return e.metadata(ctx, *prog.Meta)
}

// explanation is a row for each line.
func explanation(ctx context.Context, prog *duckgen.Program, v *view) ([][]any, error) {
	lines, err := prog.Explanation()
	if err != nil {
		return nil, err
	}
	if prog.Explain.Format != plan.ExplainSQL {
		more, err := v.sums(ctx, prog.Query)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	rows := make([][]any, len(lines))
	for i, line := range lines {
		rows[i] = []any{line}
	}
	return rows, nil
}

// sums tells of partial results from files how they would be made now.
func (v *view) sums(ctx context.Context, prog *duckgen.Program) (lines []string, err error) {
	if prog.Unload != nil {
		prog = prog.Query
	}
	for _, a := range prog.Scans {
		if a.Groups == nil {
			continue
		}
		direct, files, err := v.snapshot.Sums(ctx, scanOf(a))
		if err != nil {
			return nil, err
		}
		if files > 0 {
			lines = append(lines, fmt.Sprintf("Files of Partial %s.%s: %d, %d of them summed up straight from their columns", a.Table.Database, a.Table.Name, files, direct))
		}
	}
	return lines, nil
}
