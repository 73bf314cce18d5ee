package console

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
)

// built is the page as web/ builds it.
//
//go:embed dist
var built embed.FS

// pages returns the handlers of the page itself and of the files it loads. Their
// names carry a hash of their content, so browsers may keep them for good.
func pages() (page, assets http.Handler, err error) {
	index, err := built.ReadFile("dist/index.html")
	if err != nil {
		return nil, nil, fmt.Errorf("read the console's page: %w", err)
	}
	files, err := fs.Sub(built, "dist/assets")
	if err != nil {
		return nil, nil, fmt.Errorf("read the console's files: %w", err)
	}
	serve := http.StripPrefix("/console/assets/", http.FileServerFS(onlyFiles{files}))
	return writeIndex(index), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		serve.ServeHTTP(w, r)
	}), nil
}

func writeIndex(index []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(index)))
		_, _ = w.Write(index) // a browser that went away needs no answer
	})
}

// onlyFiles hides directories, which would be listed otherwise.
type onlyFiles struct{ fs.FS }

// Open opens a file that is not a directory.
func (o onlyFiles) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() {
		return f, nil
	}
	_ = f.Close() // nothing was written to it
	return nil, fs.ErrNotExist
}
