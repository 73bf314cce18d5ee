package server

import (
	"tidemark/api/backups"
	"tidemark/backup"
)

// backups is the front end of backups of this server.
func (s *Server) backups(p *parts) (*backups.Service, error) {
	live, err := backup.NewLive(s.cfg.Data, backup.Keepers{Store: p.store.Copy, Broker: p.broker.Copy})
	if err != nil {
		return nil, err
	}
	return backups.New(backups.Options{Live: live, Version: s.version})
}
