package api

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"tidemark/fault"
)

// Protocol says how a service writes operations, inputs and errors on HTTP.
type Protocol uint8

// The protocols.
const (
	JSON10   Protocol = iota // POST / with X-Amz-Target, application/x-amz-json-1.0
	JSON11                   // the same with application/x-amz-json-1.1
	RESTJSON                 // methods and paths
)

var contentTypes = [...]string{"application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json"}

// Service is one wire namespace.
type Service struct {
	Name       string // the label of metrics and logs: timestream, iot
	Protocol   Protocol
	Target     string   // prefix of X-Amz-Target up to the dot; JSON protocols only
	Signing    []string // names accepted in a signature's scope
	Column     Column   // of error codes
	Namespace  string   // of __type in errors; JSON protocols only
	MaxBody    int64    // bytes; 0 means 1 MiB
	Cases      []Case   // typed errors with codes of their own
	Operations []Operation
	// Surface is AWS's whole list of operations (ParseSurface); those that are not
	// served answer with a fault that names them.
	Surface []Entry
	// RequestID makes the IDs of this service; UUIDs when nil.
	RequestID func() string
	// TraceID names the member of an error's body that repeats the request ID;
	// empty for none.
	TraceID string
}

// Operation is one operation of a service.
type Operation struct {
	Name         string
	Method, Path string // REST only
	col          *Column
	timeout      time.Duration // 0: the server's
	call         func(ctx context.Context, d decoder) (any, error)
}

// Op gives a typed method its name on the wire. A nil output is an empty body.
func Op[In, Out any](name string, fn func(context.Context, *In) (*Out, error)) Operation {
	b := bindingOf(reflect.TypeFor[In]())
	return Operation{Name: name, call: func(ctx context.Context, d decoder) (any, error) {
		in := new(In)
		if err := b.decode(d, in); err != nil {
			return nil, invalid(err)
		}
		out, err := fn(ctx, in)
		if out == nil || err != nil {
			return nil, err
		}
		return out, nil
	}}
}

// Route is Op for REST services. Path is a pattern with parts {name}, one segment,
// and {name+}, the rest of the path, slashes included.
func Route[In, Out any](name, method, path string, fn func(context.Context, *In) (*Out, error)) Operation {
	op := Op(name, fn)
	op.Method, op.Path = method, path
	return op
}

// Within gives the operation another bound on its time than the server's, for one that
// a person waits for and not an SDK.
func (o Operation) Within(d time.Duration) Operation {
	o.timeout = d
	return o
}

// Using gives the operation another column of error codes than its service's.
func (o Operation) Using(c Column) Operation {
	o.col = &c
	return o
}

func (o *Operation) column(svc *Service) Column {
	if o.col != nil {
		return *o.col
	}
	return svc.Column
}

// invalid classifies what decoding refused, unless it says itself what it is.
func invalid(err error) error {
	if _, typed := err.(*fault.Error); typed {
		return err
	}
	return fault.Wrap(fault.Invalid, err)
}

// unserved is an operation that AWS has and this server has not. It is the caller's
// mistake for the protocol, so that no client tries again, and names the operation:
// UnknownOperationException is for names that AWS does not have either.
func unserved(svc string, e Entry) Operation {
	because := "."
	if e.State == Refused {
		because = ": " + e.Reason + "."
	}
	return Operation{Name: e.Name, Method: e.Method, Path: e.Path, call: func(context.Context, decoder) (any, error) {
		return nil, fault.New(fault.Invalid, "The operation %s of %s is not supported by this server%s", e.Name, svc, because)
	}}
}

// all returns the operations that are served and those that are known by name.
func (s *Service) all() ([]Operation, error) {
	served := map[string]bool{}
	ops := make([]Operation, 0, len(s.Operations)+len(s.Surface))
	for _, op := range s.Operations {
		if served[op.Name] {
			return nil, fmt.Errorf("service %s: operation %s is declared twice", s.Name, op.Name)
		}
		served[op.Name] = true
		ops = append(ops, op)
	}
	for _, e := range s.Surface {
		if !served[e.Name] {
			ops = append(ops, unserved(s.Name, e))
		}
	}
	return ops, nil
}
