// Package e2e drives the built binary with clients that nobody here wrote: AWS SDKs,
// the AWS CLI, MQTT clients. `make test-e2e` builds the binary, installs the clients
// and runs it; the tests carry the build tag e2e, so that `go test ./...` needs none
// of that.
package e2e
