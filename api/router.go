package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// router finds the operation of a request among all services. It is immutable.
type router struct {
	targets  map[string]*handler // by X-Amz-Target
	prefixes map[string]*Service // by the part of X-Amz-Target before the dot
	routes   node
	services []*Service
}

// handler is one operation as the router knows it.
type handler struct {
	svc      *Service
	op       Operation
	unserved bool // known by name only
}

// match is what a request's line leads to.
type match struct {
	handler *handler
	params  map[string]string // path parts, percent-decoded once
}

func newRouter(services []Service) (*router, error) {
	rt := &router{targets: map[string]*handler{}, prefixes: map[string]*Service{}}
	for i := range services {
		if err := rt.add(&services[i]); err != nil {
			return nil, err
		}
	}
	return rt, nil
}

func (rt *router) add(svc *Service) error {
	rt.services = append(rt.services, svc)
	ops, err := svc.all()
	if err != nil {
		return err
	}
	if svc.Protocol != RESTJSON {
		rt.prefixes[svc.Target] = svc
	}
	for i, op := range ops {
		h := &handler{svc, op, i >= len(svc.Operations)}
		if svc.Protocol != RESTJSON {
			rt.targets[svc.Target+"."+op.Name] = h
			continue
		}
		if err := rt.routes.add(op.Path, h); err != nil {
			return fmt.Errorf("service %s, operation %s: %w", svc.Name, op.Name, err)
		}
	}
	return nil
}

// route answers a match, or the reason why an AWS-shaped request has none, or
// neither: then the request is not AWS-shaped and somebody else's. Signed is whether
// the request must be AWS's because of its signature, scope the service name in it.
func (rt *router) route(r *http.Request, signed bool, scope string) (match, *WireError, *Service) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return rt.byTarget(target)
	}
	if r.Header.Get("Smithy-Protocol") != "" {
		return match{}, unknownOperation("The protocol " + short(r.Header.Get("Smithy-Protocol")) + " is not supported."), nil
	}
	found, params := rt.routes.find(r.URL.EscapedPath())
	if h := choose(found, r.Method, scope); h != nil && (signed || !h.elsewhere(r)) {
		return match{h, params(h)}, nil, nil
	}
	if !signed {
		return match{}, nil, nil
	}
	svc := rt.scoped(scope)
	if svc != nil && slices.ContainsFunc(found, func(h *handler) bool { return h.svc == svc }) {
		return match{}, &WireError{Status: http.StatusMethodNotAllowed, Namespace: coralService, Code: "MethodNotAllowedException", Message: "The method " + r.Method + " is not allowed for this resource."}, svc
	}
	if svc == nil {
		return match{}, nil, nil
	}
	return match{}, unknownOperation("There is no operation at " + r.Method + " " + short(r.URL.EscapedPath()) + "."), svc
}

func (rt *router) byTarget(target string) (match, *WireError, *Service) {
	if h, ok := rt.targets[target]; ok {
		return match{handler: h}, nil, nil
	}
	prefix, _, _ := strings.Cut(target, ".")
	return match{}, unknownOperation("There is no operation " + short(target) + "."), rt.prefixes[prefix]
}

// scoped returns the service that a signature is scoped to, nil when it is none of ours.
func (rt *router) scoped(scope string) *Service {
	for _, svc := range rt.services {
		if slices.Contains(svc.Signing, scope) {
			return svc
		}
	}
	return nil
}

// elsewhere reports whether an unsigned request for a path of a REST service is
// rather meant for a page of the console: browsers say that they want HTML, and a
// path of which no operation is served is nobody's.
func (h *handler) elsewhere(r *http.Request) bool {
	return h.unserved || strings.Contains(r.Header.Get("Accept"), "text/html")
}

func unknownOperation(message string) *WireError {
	return &WireError{Status: http.StatusNotFound, Namespace: coralService, Code: "UnknownOperationException", Message: message}
}

// choose prefers the service that the signature is scoped to.
func choose(found []*handler, method, scope string) *handler {
	var best *handler
	for _, h := range found {
		if h.op.Method != method {
			continue
		}
		if slices.Contains(h.svc.Signing, scope) {
			return h
		}
		if best == nil {
			best = h
		}
	}
	return best
}

// node is one step of the tree of routes. Paths are compared as sent, split at their
// unescaped slashes, without any cleaning: "/topics/a//b" keeps its empty segment.
type node struct {
	literal map[string]*node // by unescaped segment
	one     *node            // {name}
	here    []*handler       // routes that end here
	rest    []*handler       // routes that end here with {name+}
}

func (n *node) add(pattern string, h *handler) error {
	segments := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch {
		case strings.HasSuffix(s, "+}") && last:
			n.rest = append(n.rest, h)
			return conflicts(n.rest)
		case strings.HasSuffix(s, "+}"):
			return fmt.Errorf("path %q has a greedy part before its end", pattern)
		case strings.HasPrefix(s, "{"):
			if n.one == nil {
				n.one = &node{}
			}
			n = n.one
		default:
			n = n.child(s)
		}
	}
	n.here = append(n.here, h)
	return conflicts(n.here)
}

func (n *node) child(segment string) *node {
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &node{}
	}
	return n.literal[segment]
}

// conflicts reports two operations of one service that the same request would match.
func conflicts(handlers []*handler) error {
	last := handlers[len(handlers)-1]
	for _, h := range handlers[:len(handlers)-1] {
		if h.svc == last.svc && h.op.Method == last.op.Method {
			return fmt.Errorf("path %q is taken by %s", last.op.Path, h.op.Name)
		}
	}
	return nil
}

// find returns every operation whose pattern matches the escaped path, the most
// literal pattern's first, and a function that extracts the parts for one of them.
func (n *node) find(escaped string) ([]*handler, func(*handler) map[string]string) {
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	var found []*handler
	n.collect(segments, &found)
	return found, func(h *handler) map[string]string { return pathParts(h.op.Path, segments) }
}

func (n *node) collect(segments []string, found *[]*handler) {
	if len(segments) == 0 {
		*found = append(*found, n.here...)
		return
	}
	if child, ok := n.literal[decodeOnce(segments[0])]; ok {
		child.collect(segments[1:], found)
	}
	if n.one != nil && segments[0] != "" {
		n.one.collect(segments[1:], found)
	}
	if len(segments) > 1 || segments[0] != "" {
		*found = append(*found, n.rest...)
	}
}

// pathParts extracts the named parts of a path that is known to match.
func pathParts(pattern string, segments []string) map[string]string {
	parts := map[string]string{}
	for i, s := range strings.Split(strings.TrimPrefix(pattern, "/"), "/") {
		switch {
		case strings.HasSuffix(s, "+}"):
			parts[s[1:len(s)-2]] = decodeOnce(strings.Join(segments[i:], "/"))
		case strings.HasPrefix(s, "{"):
			parts[s[1:len(s)-1]] = decodeOnce(segments[i])
		}
	}
	return parts
}

// decodeOnce removes one layer of percent-encoding; net/http has refused paths in
// which it is malformed.
func decodeOnce(s string) string {
	if text, err := url.PathUnescape(s); err == nil {
		return text
	}
	return s
}
