package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"tidemark/bench/peers"
)

// formats write a shape to a file.
var formats = map[string]func(context.Context, peers.Shape, io.Writer) error{
	"csv": func(ctx context.Context, s peers.Shape, w io.Writer) error {
		return s.WriteText(ctx, w, s.CSVHeader(), s.AppendCSV)
	},
	"lp": func(ctx context.Context, s peers.Shape, w io.Writer) error {
		return s.WriteText(ctx, w, nil, s.AppendLine)
	},
	"parquet": func(ctx context.Context, s peers.Shape, w io.Writer) error { return s.WriteParquet(ctx, w) },
}

// generate writes the data of the suites to a file or standard output: the same flags
// give the same values, whatever the format.
func generate(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	s := peers.Shape{}
	format := flags.String("format", "csv", "csv, lp (line protocol, times in milliseconds) or parquet")
	output := flags.String("o", "-", "file to write; -: standard output")
	start := flags.String("start", "", "first instant, as 2006-01-02T15:04:05Z, a whole hour; none: the data end with the last whole hour")
	hours := flags.Int("hours", 24, "hours of data")
	flags.IntVar(&s.Hosts, "hosts", 400, "hosts")
	flags.DurationVar(&s.Step, "step", interval, "time between the rows of a host")
	flags.IntVar(&s.Metrics, "metrics", 10, "metrics of a row")
	flags.BoolVar(&s.Float, "float", false, "values with two decimals instead of whole ones")
	flags.Uint64Var(&s.Seed, "seed", 1, "another seed gives other values")
	if err := flags.Parse(args); err != nil {
		return err
	}
	write, ok := formats[*format]
	if !ok {
		return fmt.Errorf("no format %q; there are csv, lp and parquet", *format)
	}
	span := time.Duration(*hours) * time.Hour
	s.Start = time.Now().Truncate(time.Hour).Add(-span)
	if *start != "" {
		var err error
		if s.Start, err = time.Parse(time.RFC3339, *start); err != nil {
			return err
		}
	}
	if s.Step > 0 {
		s.Instants = int(span / s.Step)
	}
	if err := s.Validate(); err != nil {
		return err
	}
	if *output == "-" {
		return write(ctx, s, os.Stdout)
	}
	f, err := os.Create(*output)
	if err != nil {
		return err
	}
	return errors.Join(write(ctx, s, f), f.Close())
}
