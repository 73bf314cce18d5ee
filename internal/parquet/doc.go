// Package parquet puts a Parquet file together from the column chunks of two that hold
// the same rows, without decoding them, and reads the values of columns of numbers.
//
// A writer often gives all columns of a file one kind of encoding. Written twice, once
// with dictionaries and once without, each column chunk can be taken from the file in
// which it is smaller:
//
//	plain, err := parquet.Open(a, sizeOfA)
//	dense, err := parquet.Open(b, sizeOfB)
//	taken, err := parquet.Splice(out, plain, dense)
//
// What the footer says of a chunk, its statistics included, goes along with it; only
// offsets are rewritten. The footer is Thrift's compact protocol (parquet-format,
// "parquet.thrift"; Apache Thrift, "Thrift Compact protocol encoding").
//
// Values are read block after block, column by column:
//
//	layout, err := parquet.ReadLayout(source, size)
//	err = values.Open(source, layout.Column(field), group)
//	block, err := values.Next(2048)
package parquet
