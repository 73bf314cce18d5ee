package parser

import (
	"strings"

	"tidemark/sql/token"
)

// refusedStatements are the first words of statements that other dialects have, with
// what stands in for each (developer guide, "Query language reference": the language
// reads data and nothing else).
var refusedStatements = map[string]string{
	"ALTER":      "databases and tables are changed with UpdateDatabase and UpdateTable",
	"ANALYZE":    readsOnly,
	"CALL":       readsOnly,
	"COMMIT":     "a statement is a transaction of its own",
	"CREATE":     "databases and tables are made with CreateDatabase and CreateTable",
	"DEALLOCATE": "statements are prepared with PrepareQuery",
	"DELETE":     "records leave a table when its retention ends",
	"DESC":       "write DESCRIBE",
	"DROP":       "databases and tables are removed with DeleteDatabase and DeleteTable",
	"EXECUTE":    "statements are prepared with PrepareQuery",
	"GRANT":      "rights are given by policies",
	"INSERT":     "records are written with WriteRecords",
	"MERGE":      "records are written with WriteRecords",
	"PREPARE":    "statements are prepared with PrepareQuery",
	"REVOKE":     "rights are given by policies",
	"ROLLBACK":   "a statement is a transaction of its own",
	"SET":        "there are no sessions",
	"START":      "a statement is a transaction of its own",
	"TRUNCATE":   "records leave a table when its retention ends",
	"UPDATE":     "records are written with WriteRecords",
	"USE":        "there are no sessions, a table is named with its database",
}

const readsOnly = "the query language only reads tables"

// refusedClause is a clause of other dialects. Its word is not reserved, so that only
// what follows tells it from a name.
type refusedClause struct {
	follows func(p *parser) bool // what comes after the word
	instead string
}

var refusedClauses = map[string]refusedClause{
	"FETCH":           {(*parser).fetchFollows, "FETCH FIRST is not supported: write LIMIT"},
	"MATCH_RECOGNIZE": {(*parser).parenFollows, "MATCH_RECOGNIZE is not supported"},
	"PIVOT":           {(*parser).parenFollows, "PIVOT is not supported: write an aggregate with FILTER for each column"},
	"QUALIFY":         {(*parser).conditionFollows, "QUALIFY is not supported: write the window function in a subquery and WHERE around it"},
	"TABLESAMPLE":     {(*parser).sampleFollows, "TABLESAMPLE is not supported"},
	"UNPIVOT":         {(*parser).parenFollows, "UNPIVOT is not supported: write UNNEST"},
}

// refusedOperators are operators of other dialects that are words.
var refusedOperators = map[string]string{
	"ILIKE":   "ILIKE is not supported: write LIKE between texts that lower makes",
	"REGEXP":  "REGEXP is not supported: write regexp_like",
	"RLIKE":   "RLIKE is not supported: write regexp_like",
	"SIMILAR": "SIMILAR TO is not supported: write regexp_like",
}

func (p *parser) fetchFollows() bool {
	return p.look(1).Kind == token.First || strings.EqualFold(p.look(1).Text, "NEXT")
}

func (p *parser) parenFollows() bool { return p.look(1).Is(token.LParen) }

func (p *parser) sampleFollows() bool { return p.look(1).Kind.Name() && p.look(2).Is(token.LParen) }

// conditionFollows reports a call or a comparison.
func (p *parser) conditionFollows() bool {
	return p.look(1).Kind.Name() && p.look(2).Is(token.LParen, token.Dot, token.Eq, token.NotEq, token.Less, token.LessEq, token.Greater, token.GreaterEq)
}

// refuse stops at a clause that other dialects have.
func (p *parser) refuse() {
	t := p.tok()
	if t.Kind != token.Ident {
		return
	}
	if c, ok := refusedClauses[strings.ToUpper(t.Text)]; ok && c.follows(p) {
		p.fail(t.Span, "%s", c.instead)
	}
}

// refuseOperator stops at an operator that other dialects have.
func (p *parser) refuseOperator() {
	t := p.tok()
	if instead, ok := refusedOperators[strings.ToUpper(t.Text)]; ok && t.Kind == token.Ident {
		p.fail(t.Span, "%s", instead)
	}
}

// refuseStatement stops at the first word of a statement that other dialects have.
func (p *parser) refuseStatement() {
	t := p.tok()
	word := strings.ToUpper(t.Text)
	if instead, ok := refusedStatements[word]; ok && p.at == 0 && t.Kind != token.Quoted && t.Kind != token.String {
		p.fail(t.Span, "%s is not supported: %s", word, instead)
	}
}
