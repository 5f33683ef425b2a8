// Copyright (c) 2026, AccessWeaver maintainers
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Uses a deployment with go-redis, as its settings say.
package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/redis/go-redis/v9"
)

type Settings struct {
	Mode      string `json:"mode"`
	URL       string `json:"url"`
	ReaderURL string `json:"reader_url"`
	CAFile    string `json:"ca_file"`
}

func connect(settings Settings, url string) (redis.UniversalClient, error) {
	if settings.Mode == "cluster" {
		options, err := redis.ParseClusterURL(url)
		if err != nil {
			return nil, err
		}
		if options.TLSConfig != nil { // for rediss
			options.TLSConfig.ServerName = "" // every node has a name of its own
			options.TLSConfig.RootCAs, err = authorities(settings.CAFile)
		}
		if token, found := os.LookupEnv("REDIS_AUTH_TOKEN"); found { // for a file without it
			options.Password = token
		}
		return redis.NewClusterClient(options), err
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	if options.TLSConfig != nil { // for rediss
		options.TLSConfig.RootCAs, err = authorities(settings.CAFile)
	}
	if token, found := os.LookupEnv("REDIS_AUTH_TOKEN"); found {
		options.Password = token
	}
	return redis.NewClient(options), err
}

func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil // those of the system
	}
	certificates, err := os.ReadFile(file)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificates)
	return pool, err
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var settings Settings
	check(json.Unmarshal(text, &settings))
	client, err := connect(settings, settings.URL)
	check(err)
	for number := range 30 {
		check(client.Set(context.Background(), fmt.Sprintf("go-redis:%d", number), number, 0).Err())
	}
	if settings.ReaderURL != "" {
		reader, err := connect(settings, settings.ReaderURL)
		check(err)
		check(reader.Ping(context.Background()).Err())
	}
	fmt.Println("done")
	bufio.NewReader(os.Stdin).ReadString(0)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
