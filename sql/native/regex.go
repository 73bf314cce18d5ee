package native

import (
	"sync"

	"tidemark/sql/regex"
)

// maxPatterns is how many compiled patterns are kept; beyond, all are forgotten.
const maxPatterns = 256

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
	p, err := regex.Compile(java)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.byText == nil || len(c.mu.byText) >= maxPatterns {
		c.mu.byText = map[string]*regex.Pattern{}
	}
	c.mu.byText[java] = p
	return p, nil
}

// regexes are the functions over Java patterns.
func (c *patterns) funcs() []Func {
	return []Func{
		{Name: "tm_regexp_like", Args: []Kind{Varchar, Varchar}, Result: Boolean, Call: c.like},
		{Name: "tm_regexp_extract", Args: []Kind{Varchar, Varchar, Bigint}, Result: Varchar, Call: c.extract},
		{Name: "tm_regexp_replace", Args: []Kind{Varchar, Varchar, Varchar}, Result: Varchar, Call: c.replace},
	}
}

func (c *patterns) like(a []any) (any, error) {
	p, err := c.get(a[1].(string))
	if err != nil {
		return nil, err
	}
	return p.Match(a[0].(string))
}

func (c *patterns) extract(a []any) (any, error) {
	p, err := c.get(a[1].(string))
	if err != nil {
		return nil, err
	}
	found, ok, err := p.Extract(a[0].(string), a[2].(int64))
	if err != nil || !ok {
		return nil, err
	}
	return found, nil
}

func (c *patterns) replace(a []any) (any, error) {
	p, err := c.get(a[1].(string))
	if err != nil {
		return nil, err
	}
	return p.Replace(a[0].(string), a[2].(string))
}
