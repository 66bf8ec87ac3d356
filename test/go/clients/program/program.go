// Package program is what the client programs in Go share. See test/support/clientSuite.
package program

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

// Input is what a client program reads from stdin.
type Input struct {
	URL          string            `json:"url"`
	Features     []string          `json:"features"`
	Model        string            `json:"model"`
	UnknownModel string            `json:"unknownModel"`
	System       string            `json:"system"`
	Prompts      map[string]string `json:"prompts"`
	Tool         struct {
		Name        string         `json:"name"`
		Description string         `json:"description"`
		Parameters  map[string]any `json:"parameters"`
	} `json:"tool"`
	ToolResults map[string]string `json:"toolResults"`
	Schema      json.RawMessage   `json:"schema"`
	Image       []byte            `json:"image"`
}

// Observed is what a feature showed, by the names of test/support/clientSuite/features.ts.
type Observed map[string]any

// Calls are names and arguments of calls of tools.
type Calls [][2]any

// Read reads the input.
func Read() Input {
	var input Input
	line, err := bufio.NewReaderSize(os.Stdin, 1<<20).ReadBytes('\n')
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(line, &input); err != nil {
		panic(err)
	}
	return input
}

// Run runs the wanted features, and prints what each one returns. The module's version is in the program.
func Run(module string, input Input, features map[string]func() (Observed, error)) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				write(map[string]any{"version": dependency.Version[1:]})
			}
		}
	}
	for _, name := range input.Features {
		feature, ok := features[name]
		if !ok {
			write(map[string]any{"feature": name, "failure": "the program has no such feature"})
			continue
		}
		observed, err := feature()
		if err != nil {
			write(map[string]any{"feature": name, "failure": err.Error()})
			continue
		}
		write(map[string]any{"feature": name, "observed": observed})
	}
}

// ErrorOf reports the error of an action. No error is a failure of the test.
func ErrorOf(status func(error) int, err error) (Observed, error) {
	if err == nil {
		return Observed{}, nil
	}
	found := map[string]any{"message": err.Error()}
	if code := status(err); code != 0 {
		found["status"] = code
	}
	return Observed{"error": found}, nil
}

func write(line map[string]any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
