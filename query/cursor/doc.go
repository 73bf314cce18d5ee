// Package cursor keeps running queries and cuts their rows into pages.
//
// A query is anything that yields rows. Set holds the queries whose rows were not
// all delivered yet, reads ahead no further than one page, and names the place
// after a page by a token:
//
//	set, err := cursor.Open[*myQuery](cursor.Options{})
//	cut, err := set.Start(ctx, cursor.Query[*myQuery]{ID: id, Text: text, Source: q}, want)
//	for cut.NextToken != "" { cut, err = set.Resume(ctx, cut.NextToken, text, principal, want) }
//
// A token serves five calls or an hour, repeats the same rows, and dies when a
// newer one is used (Timestream API reference, "Query", NextToken). Rows that a
// client is slow to take are parked in a temporary file so that their query ends.
// All methods of Set are safe to call at once.
package cursor
