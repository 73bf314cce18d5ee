package api

// Occupy takes one of a server's slots, for tests of its bound.
func Occupy(s *Server) (release func()) {
	s.slots <- struct{}{}
	return func() { <-s.slots }
}
