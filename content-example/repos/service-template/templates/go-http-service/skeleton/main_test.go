package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

func call(t *testing.T, s *server, method, path string) (int, map[string]string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.routes().ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	var body map[string]string
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
		t.Fatalf("%s %s: the answer is not JSON: %v", method, path, err)
	}
	return recorder.Code, body
}

func TestAnswers(t *testing.T) {
	s := &server{}
	s.ready.Store(true)
	cases := []struct {
		method, path string
		status       int
		key, value   string
	}{
		{http.MethodGet, "/", http.StatusOK, "service", serviceName},
		{http.MethodPost, "/", http.StatusMethodNotAllowed, "error", "method not allowed"},
		{http.MethodGet, "/nothing-here", http.StatusNotFound, "error", "not found"},
		{http.MethodGet, "/healthz", http.StatusOK, "status", "ok"},
		{http.MethodGet, "/readyz", http.StatusOK, "status", "ready"},
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			status, body := call(t, s, c.method, c.path)
			if status != c.status || body[c.key] != c.value {
				t.Errorf("got %d %v, want %d with %s=%q", status, body, c.status, c.key, c.value)
			}
		})
	}
}

func TestNotReadyWhileStopping(t *testing.T) {
	s := &server{}
	if status, _ := call(t, s, http.MethodGet, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	if status, _ := call(t, s, http.MethodGet, "/healthz"); status != http.StatusOK {
		t.Errorf("got %d, want 200: a stopping service is still alive", status)
	}
}
