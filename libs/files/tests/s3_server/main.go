// An S3 server over a folder: the gateway of versitygw with its POSIX backend, and none of its other backends.
package main

import (
	"context"
	"log"
	"os"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	address, objects, metadata := os.Args[1], os.Args[2], os.Args[3]
	// Metadata in a folder: not every file system has extended attributes.
	store, err := meta.NewSideCar(metadata)
	if err != nil {
		log.Fatal(err)
	}
	backend, err := posix.New(objects, store, posix.PosixOpts{SideCarDir: metadata})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(embedgw.RunVersityGW(context.Background(), backend, &embedgw.Config{
		RootUserAccess:    os.Getenv("ROOT_ACCESS_KEY"),
		RootUserSecret:    os.Getenv("ROOT_SECRET_KEY"),
		Ports:             []string{address},
		MaxConnections:    1000,
		MaxRequests:       1000,
		MultipartMaxParts: 10000,
		Quiet:             true,
	}))
}
