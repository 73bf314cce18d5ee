package api

import (
	"context"
	"errors"
	"net/http"

	"tidemark/fault"
	"tidemark/identity"
)

// Column is a dialect of error codes: each service has one, and operations of a
// service that declares other errors than its neighbours have their own.
type Column uint8

// The columns.
const (
	Timestream Column = iota
	IoT
	IoTRules // topic rules: a missing rule is UnauthorizedException there
	IoTData
	columns
)

// code is a fault on the wire.
type code struct {
	Status int
	Name   string
}

// codes is the only place where a fault.Kind becomes a status and an AWS error name.
// Sources: Timestream developer guide, "Timestream for LiveAnalytics specific error
// codes"; the errors of the IoT and IoT data plane models. Timestream declares no
// error for Unavailable: it gets the typed InternalServerException with the status
// that every SDK retries.
var codes = [...][columns]code{
	fault.Internal: {
		Timestream: {500, "InternalServerException"},
		IoT:        {500, "InternalFailureException"},
		IoTRules:   {500, "InternalException"},
		IoTData:    {500, "InternalFailureException"},
	},
	fault.Invalid: {
		Timestream: {400, "ValidationException"},
		IoT:        {400, "InvalidRequestException"},
		IoTRules:   {400, "InvalidRequestException"},
		IoTData:    {400, "InvalidRequestException"},
	},
	fault.NotFound: {
		Timestream: {404, "ResourceNotFoundException"},
		IoT:        {404, "ResourceNotFoundException"},
		IoTRules:   {401, "UnauthorizedException"},
		IoTData:    {404, "ResourceNotFoundException"},
	},
	fault.Conflict: {
		Timestream: {409, "ConflictException"},
		IoT:        {409, "ConflictingResourceUpdateException"},
		IoTRules:   {409, "ConflictingResourceUpdateException"},
		IoTData:    {409, "ConflictException"},
	},
	fault.Denied: {
		Timestream: {403, "AccessDeniedException"},
		IoT:        {401, "UnauthorizedException"},
		IoTRules:   {401, "UnauthorizedException"},
		IoTData:    {403, "ForbiddenException"},
	},
	fault.Throttled: {
		Timestream: {429, "ThrottlingException"},
		IoT:        {400, "ThrottlingException"},
		IoTRules:   {400, "ThrottlingException"},
		IoTData:    {429, "ThrottlingException"},
	},
	fault.Exceeded: {
		Timestream: {402, "ServiceQuotaExceededException"},
		IoT:        {410, "LimitExceededException"},
		IoTRules:   {410, "LimitExceededException"},
		IoTData:    {413, "RequestEntityTooLargeException"},
	},
	fault.Unavailable: {
		Timestream: {503, "InternalServerException"},
		IoT:        {503, "ServiceUnavailableException"},
		IoTRules:   {503, "ServiceUnavailableException"},
		IoTData:    {503, "ServiceUnavailableException"},
	},
}

// refusals are the codes of signatures that were refused, the same for all services
// (AWS page "Common Errors").
var refusals = [...]code{
	identity.Missing:        {403, "MissingAuthenticationTokenException"},
	identity.Incomplete:     {400, "IncompleteSignatureException"},
	identity.UnknownKey:     {403, "UnrecognizedClientException"},
	identity.Mismatch:       {403, "InvalidSignatureException"},
	identity.Stale:          {403, "InvalidSignatureException"},
	identity.ExpiredKey:     {403, "ExpiredTokenException"},
	identity.Unsupported:    {400, "IncompleteSignatureException"},
	identity.WrongScope:     {403, "InvalidSignatureException"},
	identity.PayloadChanged: {403, "InvalidSignatureException"},
}

// Namespaces of __type for faults that no service decides.
const (
	coralService  = "com.amazon.coral.service"
	coralValidate = "com.amazon.coral.validate"
)

// WireError is an error as a client sees it.
type WireError struct {
	Status    int
	Namespace string // of __type, without the number sign
	Code      string
	Message   string
	Members   map[string]any // what the error's shape has beyond its message
}

// Case gives one typed error a code of its own; wire answers false for what it is not.
type Case func(err error) (wire WireError, ok bool)

// CaseOf makes the errors of type E, anywhere in a chain, answer with the given
// status and code. Members may be nil.
func CaseOf[E error](status int, code string, members func(E) (message string, extra map[string]any)) Case {
	return func(err error) (WireError, bool) {
		typed, ok := errors.AsType[E](err)
		if !ok {
			return WireError{}, false
		}
		wire := WireError{Status: status, Code: code, Message: err.Error()}
		if members != nil {
			wire.Message, wire.Members = members(typed)
		}
		return wire, true
	}
}

// translate turns any error of an operation into what its client may see. Whatever
// nobody classified shows only its request ID.
func translate(err error, svc *Service, op *Operation, requestID string) WireError {
	for _, match := range svc.Cases {
		if wire, ok := match(err); ok {
			wire.Namespace = svc.Namespace
			return wire
		}
	}
	if refusal, ok := errors.AsType[*identity.Refusal](err); ok {
		c := refusals[refusal.Reason]
		return WireError{Status: c.Status, Namespace: coralService, Code: c.Name, Message: refusal.Error()}
	}
	if malformed, ok := errors.AsType[*MalformedBody](err); ok {
		return WireError{Status: http.StatusBadRequest, Namespace: coralService, Code: "SerializationException", Message: malformed.Error()}
	}
	column := svc.Column
	if op != nil {
		column = op.column(svc)
	}
	return byKind(err, svc, column, requestID)
}

func byKind(err error, svc *Service, column Column, requestID string) WireError {
	kind := kindOf(err)
	c := codes[kind][column]
	wire := WireError{Status: c.Status, Namespace: svc.Namespace, Code: c.Name, Message: err.Error()}
	switch broken, ok := errors.AsType[*Violations](err); {
	case ok:
		wire.Namespace, wire.Message = coralValidate, broken.Error()
	case kind == fault.Internal:
		wire.Message = "An internal error occurred. Request ID: " + requestID
	case kind == fault.Unavailable && errors.Is(err, context.DeadlineExceeded):
		wire.Message = "The request took too long and was given up. Request ID: " + requestID
	}
	return wire
}

// kindOf also classifies the errors that package fault cannot know.
func kindOf(err error) fault.Kind {
	kind := fault.KindOf(err)
	if kind != fault.Internal {
		return kind
	}
	if _, ok := errors.AsType[*Violations](err); ok {
		return fault.Invalid
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fault.Unavailable
	}
	return fault.Internal
}
