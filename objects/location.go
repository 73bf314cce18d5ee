package objects

import (
	"net/url"
	"strconv"
	"strings"

	"tidemark/fault"
)

// Location says where buckets are. At most one of its members is set; none means that
// there are no buckets.
type Location struct {
	Dir string   // a directory with a directory for each bucket
	S3  *Service // a service that speaks S3
}

// Service is where an S3 service is. Its keys are found as every AWS client finds
// them: in the environment, the shared files, the role of the machine.
type Service struct {
	Endpoint  string // http(s)://host[:port]; empty is AWS itself
	Region    string // empty is the server's
	PathStyle bool   // buckets are in the path of a URL, not in its host
}

// Parse reads a location: "off", a directory, or
// s3://?endpoint=URL&region=NAME&path-style=BOOL, all three optional. Buckets are in
// the path when an endpoint is given, unless path-style says otherwise.
func Parse(text string) (Location, error) {
	switch {
	case text == "off":
		return Location{}, nil
	case text == "":
		return Location{}, fault.New(fault.Invalid, "the location of objects is empty")
	case !strings.HasPrefix(text, "s3:"):
		return Location{Dir: text}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host != "" || u.Opaque != "" || strings.Trim(u.Path, "/") != "" || u.User != nil || u.Fragment != "" {
		return Location{}, fault.New(fault.Invalid, "%q is not of the form s3://?endpoint=http://host:port&region=us-east-1", text)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Location{}, fault.New(fault.Invalid, "%q cannot be read: %w", text, err)
	}
	service, err := serviceOf(query)
	return Location{S3: service}, err
}

// ParseFolder reads s3://bucket/prefix with the settings of Parse behind it: a service, a
// bucket in it, and the beginning of all keys, which may be empty and has no slash at its
// ends.
func ParseFolder(text string) (loc Location, bucket, prefix string, err error) {
	rest, ok := strings.CutPrefix(text, "s3://")
	name, settings, _ := strings.Cut(rest, "?")
	bucket, prefix, _ = strings.Cut(strings.TrimSuffix(name, "/"), "/")
	if !ok || checkNames(Target{Bucket: bucket, Key: prefix + "/x"}) != nil || strings.HasPrefix(prefix, "/") || strings.HasSuffix(prefix, "/") {
		return Location{}, "", "", fault.New(fault.Invalid, "%q is not of the form s3://bucket/prefix?endpoint=http://host:port&region=us-east-1", text)
	}
	loc, err = Parse("s3://?" + settings)
	return loc, bucket, prefix, err
}

func serviceOf(query url.Values) (*Service, error) {
	for name, values := range query {
		if name != "endpoint" && name != "region" && name != "path-style" || len(values) > 1 {
			return nil, fault.New(fault.Invalid, "s3 has no setting %q, only endpoint, region and path-style, each once", name)
		}
	}
	s := &Service{Endpoint: query.Get("endpoint"), Region: query.Get("region")}
	s.PathStyle = s.Endpoint != ""
	if s.Endpoint != "" {
		u, err := url.Parse(s.Endpoint)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
			return nil, fault.New(fault.Invalid, "endpoint: %q is not of the form http://host:port", s.Endpoint)
		}
	}
	if text := query.Get("path-style"); text != "" {
		style, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "path-style: %q is neither true nor false", text)
		}
		s.PathStyle = style
	}
	return s, nil
}
