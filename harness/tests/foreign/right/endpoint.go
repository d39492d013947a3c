// A right endpoint on net/http, in gin and in echo: ./endpoint KIND PORT. PANORA_SECRET is the secret; panora_signature.go lies beside.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo"
)

const limit = 12 << 20

var secret = []byte(os.Getenv("PANORA_SECRET"))

type event struct {
	ID   string          `json:"id_event"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// judge gives the status for what was read.
func judge(body []byte, err error, signature string) int {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !Verify(secret, body, signature):
		return http.StatusForbidden
	}
	var one event
	if json.Unmarshal(body, &one) != nil {
		return http.StatusBadRequest
	}
	events <- one
	return http.StatusOK
}

var events = make(chan event, 100)

func plain(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if status := judge(body, err, r.Header.Get("Panora-Signature")); status != http.StatusOK {
		http.Error(w, fmt.Sprintf("%s (%d)", http.StatusText(status), time.Now().UnixNano()), status)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func main() {
	go func() {
		for range events {
		}
	}()
	kind, address := os.Args[1], "127.0.0.1:"+os.Args[2]
	switch kind {
	case "gin":
		gin.SetMode(gin.ReleaseMode)
		app := gin.New()
		app.Use(gin.Recovery())
		app.POST("/hooks/panora", func(c *gin.Context) {
			body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
			status := judge(body, err, c.GetHeader("Panora-Signature"))
			c.JSON(status, gin.H{"status": status, "at": time.Now()})
		})
		log.Fatal(app.Run(address))
	case "echo":
		app := echo.New()
		app.HideBanner, app.HidePort = true, true
		app.POST("/hooks/panora", func(c echo.Context) error {
			body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, limit))
			status := judge(body, err, c.Request().Header.Get("Panora-Signature"))
			if status != http.StatusOK {
				return echo.NewHTTPError(status)
			}
			return c.NoContent(http.StatusNoContent)
		})
		log.Fatal(app.Start(address))
	default:
		mux := http.NewServeMux()
		mux.HandleFunc("/hooks/panora", plain)
		server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 30 * time.Second,
			IdleTimeout: 60 * time.Second, MaxHeaderBytes: 64 << 10}
		if kind == "timeout" {
			server.Handler = http.TimeoutHandler(mux, 10*time.Second, "too slow")
		}
		log.Fatal(server.ListenAndServe())
	}
}
