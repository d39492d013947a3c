// Endpoints on Go's net/http with one mistake each: endpoint MODES PORT SECRET. See table.json.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type event struct {
	ID   string          `json:"id_event"`
	Data json.RawMessage `json:"data"`
	Type string          `json:"type"`
}

func has(mode string) bool {
	for _, one := range strings.Split(os.Args[1], "+") {
		if one == mode {
			return true
		}
	}
	return false
}

// JSON.stringify(data) is what stands in the body: Panora writes it so.
func message(e event, body []byte) ([]byte, error) {
	if has("raw") {
		return body, nil
	}
	if has("marshal") || has("inner-marshal") {
		var value any
		if err := json.Unmarshal(e.Data, &value); err != nil {
			return nil, err
		}
		if text, ok := value.(string); ok && has("inner-marshal") {
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				return nil, err
			}
		}
		return json.Marshal(value)
	}
	if has("encoder") || has("encoder-unescaped") {
		var value interface{}
		if err := json.Unmarshal(e.Data, &value); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(!has("encoder-unescaped"))
		err := encoder.Encode(value)
		return out.Bytes(), err
	}
	if has("encoder-newline") {
		return append(append([]byte{}, e.Data...), '\n'), nil
	}
	var out bytes.Buffer
	err := json.Compact(&out, e.Data)
	return out.Bytes(), err
}

func handle(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(405)
		return
	}
	limit := int64(32 << 20)
	if has("limit-64k") {
		limit = 64 << 10
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		w.WriteHeader(413)
		return
	}
	var e event
	decoder := json.NewDecoder(bytes.NewReader(body))
	if has("disallow-unknown") {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(&e); err != nil || len(e.Data) == 0 {
		w.WriteHeader(400)
		return
	}
	signed, err := message(e, body)
	if err != nil {
		w.WriteHeader(400)
		return
	}
	given := r.Header.Get("Panora-Signature")
	mac := hmac.New(sha256.New, []byte(os.Args[3]))
	mac.Write(signed)
	right := hex.EncodeToString(mac.Sum(nil))
	if has("prefix") && strings.HasPrefix(right, given) && given != "" {
		w.WriteHeader(204)
		return
	}
	if part, err := hex.DecodeString(given); has("prefix-of-bytes") && err == nil && strings.HasPrefix(right, hex.EncodeToString(part)) {
		w.WriteHeader(204)
		return
	}
	if has("contains") && strings.Contains(given, right) {
		w.WriteHeader(204)
		return
	}
	if !hmac.Equal([]byte(given), []byte(right)) {
		w.WriteHeader(401)
		return
	}
	if has("write-timeout") && len(body) > 2000 {
		time.Sleep(300 * time.Millisecond)
	}
	if has("write-timeout-always") {
		time.Sleep(300 * time.Millisecond)
	}
	if has("map-only") {
		var text string
		if json.Unmarshal(e.Data, &text) == nil {
			var fields map[string]any
			if json.Unmarshal([]byte(text), &fields) != nil {
				w.WriteHeader(500)
				return
			}
		}
	}
	w.WriteHeader(204)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	if err != nil {
		os.Exit(1)
	}
	fmt.Println("READY")
	server := &http.Server{Handler: http.HandlerFunc(handle)}
	if has("write-timeout") || has("write-timeout-always") {
		server.WriteTimeout = 100 * time.Millisecond
	}
	_ = server.Serve(listener)
}
