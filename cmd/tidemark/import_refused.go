package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"tidemark/api/imports"
)

// refusedReport is the file of --refused. Without one it keeps nothing.
type refusedReport struct {
	file *os.File
	err  error
}

func openReport(cmd *cobra.Command) (*refusedReport, error) {
	name := cmd.Flag("refused").Value.String()
	if name == "" {
		return &refusedReport{}, nil
	}
	file, err := os.Create(name)
	return &refusedReport{file: file}, err
}

func (r *refusedReport) add(name string, list []imports.Refusal) {
	if r.file != nil {
		r.err = errors.Join(r.err, encodeRefused(r.file, name, list))
	}
}

// close returns what went wrong with any line.
func (r *refusedReport) close() error {
	if r.file == nil {
		return nil
	}
	return errors.Join(r.err, r.file.Close())
}
