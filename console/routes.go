package console

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tidemark/fault"
)

const cookieName = "tidemark_console"

// routes builds the console's handler: who may come in at all first, then the paths.
func (c *Console) routes() (http.Handler, error) {
	page, assets, err := pages()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /console/assets/", assets)
	mux.HandleFunc("POST /console/api/session", c.openSession)
	mux.HandleFunc("DELETE /console/api/session", c.endSession)
	mux.Handle("GET /console/api/session", c.inSession(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	mux.Handle("POST /console/api/query", c.inSession(c.query))
	mux.Handle("GET /console/api/schema", c.inSession(c.schema))
	return c.guard(http.NewCrossOriginProtection().Handler(mux)), nil
}

// guard sets the headers that every answer has and refuses foreign host names.
func (c *Console) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !c.ours(r.Host) {
			c.metrics.refused.WithLabelValues("host").Inc()
			http.Error(w, "this host name is not configured for the console", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// contentPolicy lets the page use nothing but its own files and this server.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ours reports whether a Host header names this server: an address, which no name
// server can turn elsewhere, localhost, or a configured name.
func (c *Console) ours(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || slices.ContainsFunc(c.options.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

// inSession serves only those who have a session.
func (c *Console) inSession(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(cookieName)
		if err != nil || !c.gate.admits(cookie.Value, time.Now()) {
			c.metrics.refused.WithLabelValues("session").Inc()
			writeProblem(w, http.StatusUnauthorized, problem{Kind: fault.Denied.String(), Message: "no session: open the console with a fresh link"})
			return
		}
		next(w, r)
	})
}

// openSession exchanges a token for a session's cookie.
func (c *Console) openSession(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Token string `json:"token"`
	}
	if !c.decode(w, r, maxTokenBody, &in) {
		return
	}
	id, ok, err := c.gate.exchange(in.Token, time.Now())
	if !ok {
		c.metrics.refused.WithLabelValues("token").Inc()
		writeProblem(w, http.StatusForbidden, problem{Kind: fault.Denied.String(), Message: "the link was used before or is not of this server"})
		return
	}
	if err != nil {
		c.options.Logger.Error("token not announced", "err", err)
	}
	http.SetCookie(w, sessionCookie(r, id, 0))
	w.WriteHeader(http.StatusNoContent)
}

// endSession forgets the session and its cookie.
func (c *Console) endSession(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		c.gate.end(cookie.Value)
	}
	http.SetCookie(w, sessionCookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// sessionCookie lives as long as the browser's own session; it is out of reach for
// scripts and not sent along with what other sites start.
func sessionCookie(r *http.Request, id string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: id, Path: "/console/api/", MaxAge: maxAge,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}
