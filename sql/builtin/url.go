package builtin

// urls are Trino's functions over URLs, which it reads as java.net.URI does: a part
// that is not there is the empty text, of what is no URL all is NULL.
var urls = []entry{
	{Sig: "url_extract_protocol(varchar) varchar", Ext: true, SQL: "tm_url_part({1}, 'protocol')", Doc: "The protocol of a URL."},
	{Sig: "url_extract_host(varchar) varchar", Ext: true, SQL: "tm_url_part({1}, 'host')", Doc: "The host of a URL."},
	{Sig: "url_extract_port(varchar) bigint", Ext: true, SQL: "tm_url_port({1})", Doc: "The port of a URL; NULL when it has none."},
	{Sig: "url_extract_path(varchar) varchar", Ext: true, SQL: "tm_url_part({1}, 'path')", Doc: "The path of a URL, without its escapes."},
	{Sig: "url_extract_query(varchar) varchar", Ext: true, SQL: "tm_url_part({1}, 'query')", Doc: "The query of a URL, without its escapes."},
	{Sig: "url_extract_fragment(varchar) varchar", Ext: true, SQL: "tm_url_part({1}, 'fragment')", Doc: "The fragment of a URL, without its escapes."},
	{Sig: "url_extract_parameter(varchar, varchar) varchar", Ext: true, SQL: "tm_url_parameter({1}, {2})", Doc: "The value of the first parameter of that name in the query; NULL when there is none."},
	{Sig: "url_encode(varchar) varchar", Ext: true, SQL: "tm_url_encode({1})", Doc: "Escaped for a parameter of a query."},
	{Sig: "url_decode(varchar) varchar", Ext: true, SQL: "tm_url_decode({1})", Doc: "Without such escapes; an error for escapes that are wrong."},
}
