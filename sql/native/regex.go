package native

import (
	"strings"
	"sync"

	"tidemark/sql/regex"
)

// Bounds of the compiled patterns that are kept.
const (
	maxPatterns = 256   // beyond, all are forgotten
	maxKept     = 2_000 // instructions of one; a larger one is compiled for each block of rows
)

// patterns keeps compiled patterns while many rows use the same ones.
type patterns struct {
	mu struct {
		sync.RWMutex
		byText map[string]*regex.Pattern
	}
}

// get compiles a pattern or finds it.
func (c *patterns) get(java string) (*regex.Pattern, error) {
	c.mu.RLock()
	p := c.mu.byText[java]
	c.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	java = strings.Clone(java) // it may be the engine's
	p, err := regex.Compile(java)
	if err != nil {
		return nil, err
	}
	if p.Size() > maxKept {
		return p, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.byText == nil || len(c.mu.byText) >= maxPatterns {
		c.mu.byText = map[string]*regex.Pattern{}
	}
	c.mu.byText[java] = p
	return p, nil
}

// funcs are the functions over Java patterns: the text is the first argument, the
// pattern the second.
func (c *patterns) funcs() []Func {
	text := []Kind{Varchar, Varchar}
	numbered := []Kind{Varchar, Varchar, Bigint}
	return []Func{
		{Name: "tm_regexp_like", Args: text, Result: Boolean, Batch: c.batch(like)},
		{Name: "tm_regexp_extract", Args: numbered, Result: Varchar, Batch: c.batch(extract)},
		{Name: "tm_regexp_extract_all", Args: numbered, Result: ListOf(Varchar), Batch: c.batch(extractAll)},
		{Name: "tm_regexp_replace", Args: []Kind{Varchar, Varchar, Varchar}, Result: Varchar, Batch: c.batch(replace)},
		{Name: "tm_regexp_split", Args: text, Result: ListOf(Varchar), Batch: c.batch(split)},
		{Name: "tm_regexp_count", Args: text, Result: Bigint, Batch: c.batch(count)},
		{Name: "tm_regexp_position", Args: []Kind{Varchar, Varchar, Bigint, Bigint}, Result: Bigint, Batch: c.batch(firstPlace)},
		{Name: "tm_regexp_pieces", Args: text, Result: ListOf(Varchar), Batch: c.batch(pieces)},
		{Name: "tm_regexp_groups", Args: []Kind{Varchar}, Result: Bigint, Call: c.groups},
	}
}

// regexBatch is a block of rows with the pattern of the row at hand.
type regexBatch struct {
	*Batch
	list    textLists
	budget  *regex.Budget
	pattern *regex.Pattern
	last    string // the text of pattern
	used    int    // bytes of the results
}

func (b *regexBatch) text(row int) string { return b.Args[0].Texts.Text(row) }

// batch wraps the function of one row.
func (c *patterns) batch(row func(b *regexBatch, row int) error) func(*Batch) error {
	return func(b *Batch) error {
		r := &regexBatch{Batch: b, list: textLists{result: &b.Result}, budget: regex.NewBudget()}
		r.budget.Halted = b.Halted
		err := b.Each(func(i int) (err error) {
			if text := b.Args[1].Texts.Text(i); r.pattern == nil || text != r.last {
				if r.pattern, err = c.get(text); err != nil {
					return err
				}
				r.last = text
			}
			return row(r, i)
		})
		if err != nil {
			return err
		}
		return r.list.finish()
	}
}

func like(b *regexBatch, row int) (err error) {
	b.Result.Bools[row], err = b.pattern.Matches(b.budget, b.text(row))
	return err
}

func extract(b *regexBatch, row int) error {
	found, ok, err := b.pattern.Extract(b.budget, b.text(row), b.Args[2].Int64s[row])
	if !ok {
		b.Result.SetNull(row)
		return err
	}
	b.Result.Texts.PutText(row, found)
	return nil
}

func replace(b *regexBatch, row int) error {
	text, err := b.pattern.Replace(b.budget, b.text(row), b.Args[2].Texts.Text(row))
	if err != nil {
		return err
	}
	b.Result.Texts.PutText(row, text)
	return room(&b.used, text)
}

func extractAll(b *regexBatch, row int) error {
	err := b.pattern.ExtractAll(b.budget, b.text(row), b.Args[2].Int64s[row], b.list.add)
	return b.list.end(row, err)
}

func split(b *regexBatch, row int) error {
	err := b.pattern.Split(b.budget, b.text(row), func(part string) { b.list.add(part, true) })
	return b.list.end(row, err)
}

func count(b *regexBatch, row int) (err error) {
	b.Result.Int64s[row], err = b.pattern.Count(b.budget, b.text(row))
	return err
}

func firstPlace(b *regexBatch, row int) (err error) {
	b.Result.Int64s[row], err = b.pattern.Position(b.budget, b.text(row), b.Args[2].Int64s[row], b.Args[3].Int64s[row])
	return err
}

// pieces lists, for every match, the text since the match before and the groups from
// 1 on, and at the end the rest of the text.
func pieces(b *regexBatch, row int) error {
	text, from := b.text(row), 0
	err := b.pattern.Each(b.budget, text, func(m regex.Match) bool {
		b.list.add(text[from:m[0]], true)
		for i := range b.pattern.Groups() {
			b.list.add(m.Group(text, i+1))
		}
		from = m[1]
		return b.list.err == nil
	})
	b.list.add(text[from:], true)
	return b.list.end(row, err)
}

func (c *patterns) groups(a []any) (any, error) {
	p, err := c.get(a[0].(string))
	if err != nil {
		return nil, err
	}
	return int64(p.Groups()), nil
}
