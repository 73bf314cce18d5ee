package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The document in the tree is what the lists say.
func TestPageIsCurrent(t *testing.T) {
	want, err := render(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the lists say: run make docs", page)
	}
}
