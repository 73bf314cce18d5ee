// Package deadletter keeps what could not be stored and whose sender nobody can ask:
// the records of a rule that the store refused for good, with the message they came from.
//
// Each database has one table of letters, tsdb.DeadLetters, made with the first letter
// and read by SQL like any other; what should have gone to a database that does not
// exist is in the database Fallback. A letter is a row: who it came from, why it was refused,
// the message and the refused records. Its state is open until it is replayed or discarded.
//
//	letters, err := deadletter.Open(deadletter.Options{Store: db, Queries: engine})
//	go letters.Run(ctx)
//	letters.Post(letter, done)                        // done once it is on disk
//	list, next, err := letters.List(ctx, filter, deadletter.Cursor{}, 100)
//	report, err := letters.Replay(ctx, deadletter.Replay{Filter: filter, Apply: true})
//
// A letter never makes a letter: what cannot be written here is an error of Post, and a
// replay that fails leaves the letter open. Everything is safe to call at once.
// docs/operating.md, "Dead letters", describes the table.
package deadletter
