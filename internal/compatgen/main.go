// Command compatgen prints docs/compatibility.md from the doors' lists of operations
// and the table of SQL functions. Run it at the top of the module:
//
//	go run ./internal/compatgen
package main

import (
	"fmt"
	"os"
)

// page is where the document goes, below the top of the module.
const page = "docs/compatibility.md"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "compatgen:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := render(os.DirFS("."))
	if err != nil {
		return err
	}
	return os.WriteFile(page, text, 0o644)
}
