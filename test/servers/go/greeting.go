// A small MCP server over stdio, of the standard library alone: one tool that greets, with the word that `word` gives.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		ProtocolVersion string            `json:"protocolVersion"`
		Arguments       map[string]string `json:"arguments"`
	} `json:"params"`
}

type object = map[string]interface{}

func answer(asked message) object {
	switch asked.Method {
	case "initialize":
		return object{
			"protocolVersion": asked.Params.ProtocolVersion,
			"capabilities":    object{"tools": object{}},
			"serverInfo":      object{"name": "greeting-server", "version": "1.0.0"},
		}
	case "tools/list":
		name := object{"type": "string"}
		schema := object{"type": "object", "properties": object{"name": name}, "required": []string{"name"}}
		return object{"tools": []object{{"name": "greet", "description": "Greets somebody.", "inputSchema": schema}}}
	case "tools/call":
		text := fmt.Sprintf("%s, %s!", word(), asked.Params.Arguments["name"])
		return object{"content": []object{{"type": "text", "text": text}}}
	}
	return object{}
}

func main() {
	folder, _ := os.Getwd()
	fmt.Fprintln(os.Stderr, "greeting from", folder, os.Args[1:])
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked message
		if json.Unmarshal(lines.Bytes(), &asked) != nil || asked.ID == nil {
			continue
		}
		said, _ := json.Marshal(object{"jsonrpc": "2.0", "id": asked.ID, "result": answer(asked)})
		fmt.Println(string(said))
	}
}
