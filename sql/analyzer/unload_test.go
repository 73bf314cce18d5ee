package analyzer

import (
	"testing"

	"tidemark/sql/plan"
)

func TestUnloadOptions(t *testing.T) {
	text := `UNLOAD (SELECT n, region, hostname FROM demo.host) TO 's3://bucket/a/b/' WITH (
		partitioned_by = ARRAY['region', 'hostname'], FORMAT = 'Parquet', compression = 'none', encryption = 'SSE_KMS', kms_key = 'arn:k',
		field_delimiter = '\t', escaped_by = 'é', include_header = 'TRUE', max_file_size = '1.5gb')`
	root, err := analyze(t, text)
	if err != nil {
		t.Fatalf("Analyze(%q) = %v, want a plan", text, err)
	}
	want := plan.UnloadOptions{
		Bucket: "bucket", Prefix: "a/b", Partitioned: 2, Format: plan.UnloadParquet, Encryption: plan.UnloadKMS, KMSKey: "arn:k",
		FieldDelimiter: '\t', EscapedBy: 'é', IncludeHeader: true, MaxFileSize: 1_610_612_736,
	}
	if got := root.(*plan.Unload).UnloadOptions; got != want {
		t.Errorf("options %+v, want %+v", got, want)
	}
}

func TestUnloadDefaults(t *testing.T) {
	root, err := analyze(t, "UNLOAD (SELECT n FROM demo.host) TO 's3://bucket'")
	if err != nil {
		t.Fatal(err)
	}
	want := plan.UnloadOptions{Bucket: "bucket", Gzip: true, FieldDelimiter: ',', EscapedBy: '\\', MaxFileSize: 83_751_862_272}
	if got := root.(*plan.Unload).UnloadOptions; got != want {
		t.Errorf("options %+v, want %+v", got, want)
	}
}

func TestUnloadErrors(t *testing.T) {
	const query = "UNLOAD (SELECT n, time FROM demo.host) TO 's3://b' WITH ("
	cases := []struct{ name, text, want string }{
		{"another store", "UNLOAD (SELECT 1) TO 'file:///x'", "line 1:22: The target of UNLOAD must be 's3://bucket/folder', not 'file:///x'"},
		{"no bucket", "UNLOAD (SELECT 1) TO 's3:///x'", "line 1:22: The target of UNLOAD must be 's3://bucket/folder', not 's3:///x'"},
		{"unknown type", "UNLOAD (SELECT 1 AS a, null) TO 's3://b'", "line 1:9: UNLOAD cannot write column 2, '_col1', of type unknown"},
		{"time of day", "UNLOAD (SELECT localtime AS t) TO 's3://b'", "line 1:9: UNLOAD cannot write column 1, 't', of type time"},
		{"array of unknown", "UNLOAD (SELECT ARRAY[] AS t) TO 's3://b'", "line 1:9: UNLOAD cannot write column 1, 't', of type array(unknown)"},
		{"the query's own", "UNLOAD (SELECT zz FROM demo.host) TO 's3://b'", "line 1:16: Column 'zz' does not exist"},
		{"no such option", query + "formt = 'CSV')", "line 1:58: UNLOAD has no option 'formt', only " + optionNames},
		{"format", query + "format = 'ORC')", "line 1:67: UNLOAD option 'format' must be 'CSV' or 'PARQUET', not 'ORC'"},
		{"compression", query + "compression = 'ZSTD')", "line 1:72: UNLOAD option 'compression' must be 'GZIP' or 'NONE', not 'ZSTD'"},
		{"encryption", query + "encryption = '')", "line 1:71: UNLOAD option 'encryption' must be 'SSE_S3' or 'SSE_KMS', not ''"},
		{"no text", query + "include_header = true)", "line 1:75: UNLOAD option 'include_header' must be a string, not TRUE"},
		{"twice", query + "format = 'CSV', FORMAT = 'CSV')", "line 1:74: UNLOAD option 'format' is given twice"},
		{"a key of nobody", query + "kms_key = 'arn')", "line 1:58: UNLOAD option 'kms_key' needs encryption = 'SSE_KMS'"},
		{"an empty key", query + "kms_key = '')", "line 1:68: UNLOAD option 'kms_key' is empty"},
		{"two delimiters", query + "field_delimiter = '||')", "line 1:76: UNLOAD option 'field_delimiter' must be one ASCII character, not '||'"},
		{"a wide delimiter", query + "field_delimiter = 'é')", "line 1:76: UNLOAD option 'field_delimiter' must be one ASCII character, not 'é'"},
		{"a delimiter that quotes", query + `field_delimiter = '"')`, `line 1:76: UNLOAD option 'field_delimiter' must be one ASCII character, not '"'`},
		{"no escape", query + "escaped_by = '')", "line 1:71: UNLOAD option 'escaped_by' must be one character, not ''"},
		{"escape and delimiter", query + "escaped_by = ',')", "line 1:1: UNLOAD options 'field_delimiter' and 'escaped_by' must differ"},
		{"small files", query + "max_file_size = '15.9MB')", "line 1:74: UNLOAD option 'max_file_size' must be a size from '16MB' to '78GB', not '15.9MB'"},
		{"large files", query + "max_file_size = '78.1GB')", "line 1:74: UNLOAD option 'max_file_size' must be a size from '16MB' to '78GB', not '78.1GB'"},
		{"no unit", query + "max_file_size = '20000000')", "line 1:74: UNLOAD option 'max_file_size' must be a size from '16MB' to '78GB', not '20000000'"},
		{"not a number", query + "max_file_size = 'NaNGB')", "line 1:74: UNLOAD option 'max_file_size' must be a size from '16MB' to '78GB', not 'NaNGB'"},
		{"one partition column", query + "partitioned_by = 'time')", "line 1:75: UNLOAD option 'partitioned_by' must be an array of names of columns, not 'time'"},
		{"partition by a number", query + "partitioned_by = ARRAY[2])", "line 1:81: UNLOAD option 'partitioned_by' must be an array of names of columns, not ARRAY[2]"},
		{"partition by no column", query + "partitioned_by = ARRAY[])", "line 1:75: UNLOAD option 'partitioned_by' must be an array of names of columns, not ARRAY[]"},
		{"partition by another column", query + "partitioned_by = ARRAY['n'])", "line 1:81: The columns of partitioned_by must be the last columns of the query in the same order: column 2 is 'time', not 'n'"},
		{"partition by all", query + "partitioned_by = ARRAY['n', 'time'])", "line 1:58: UNLOAD needs a column besides those of partitioned_by"},
		{"partition by an array", "UNLOAD (SELECT 1 AS a, ARRAY[1] AS b) TO 's3://b' WITH (partitioned_by = ARRAY['b'])", "line 1:80: Column 'b' of type array(integer) cannot be in partitioned_by"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := analyze(t, c.text); err == nil || err.Error() != c.want {
				t.Errorf("Analyze(%q) = %v, want %s", c.text, err, c.want)
			}
		})
	}
}
