// Package archtest holds the tests that keep the shape of the house: which room
// imports which, cgo, package comments, log keys, metric names, links, file sizes.
package archtest
