package broker

// Copy makes a copy of sessions, queues and retained messages in a new directory: all
// that was acknowledged before is in it.
func (s *Server) Copy(dir string) error { return s.queues.Copy(dir) }
