// Package console is the page that a browser shows at /: the databases and their
// tables, a box for SQL, the result as a table and, where it has a time, as a chart.
//
//	c, err := console.New(console.Options{
//		Queries:  engine,
//		Announce: func(token string) error { return writeFile(path, token) },
//	})
//	mux.Handle("/", c)
//
// Nobody reads data without a session. A session begins with a token that is good
// once: the server shows it as a link, c.Link("http://127.0.0.1:7420"), the page
// exchanges it for a cookie and the next token is announced. Sessions live in memory;
// a restart ends them. Requests whose Host header is a name that was not configured
// are refused, so that a foreign page cannot reach the console by rebinding its own
// name to this machine.
//
// The page is built from web/ into dist/ (check.sh proves that they match) and
// embedded. A Console is safe to use at once.
package console
